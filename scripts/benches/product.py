"""The product as a user starts it."""

from scripts.benches.children import module

PRODUCT = [*module("server"), "serve"]
PRODUCT_READY = "Credit Battery is ready"
