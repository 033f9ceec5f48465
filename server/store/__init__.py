"""The only floor that knows SQL. Its functions take the open transaction and never commit."""
