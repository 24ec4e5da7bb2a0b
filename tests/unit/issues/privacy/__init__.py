"""Privacy, by their rules alone."""
