"""Fills a new database with one large customer (scripts/seed)."""
