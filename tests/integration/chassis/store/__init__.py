"""The store against a real MongoDB."""
