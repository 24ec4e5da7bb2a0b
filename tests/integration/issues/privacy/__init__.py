"""Privacy, on a real MongoDB."""
