"""The bench: each target of performance.md as a ratio, both sides measured side by side in one
run."""
