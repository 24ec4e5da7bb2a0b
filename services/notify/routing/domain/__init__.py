"""The rules of routing."""
