"""Credit Battery: one dedup ledger that charges, and pushes every change to every member."""
