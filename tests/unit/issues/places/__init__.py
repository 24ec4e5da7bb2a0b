"""Places, by their rules alone."""
