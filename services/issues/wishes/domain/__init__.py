"""The rules of wishes."""
