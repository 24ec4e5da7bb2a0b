"""What rooms share, on a real MongoDB."""
