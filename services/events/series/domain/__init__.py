"""The rules of series."""
