"""The rules of attendance."""
