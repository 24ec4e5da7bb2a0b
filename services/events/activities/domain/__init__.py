"""The rules of activities."""
