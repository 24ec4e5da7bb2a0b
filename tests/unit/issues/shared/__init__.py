"""What rooms share, by its rules alone."""
