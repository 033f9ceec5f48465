"""Tests, in folders by what they need: unit, integration, model, faults, e2e, extension (node)."""
