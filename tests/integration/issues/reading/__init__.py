"""Reading, on a real MongoDB."""
