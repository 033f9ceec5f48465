"""Who is connected and what they have seen."""
