"""Places, on a real MongoDB."""
