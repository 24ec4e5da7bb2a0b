"""Cases, on a real MongoDB."""
