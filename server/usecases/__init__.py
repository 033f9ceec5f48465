"""What the product does. Each use case is one transaction, committed at its edge."""
