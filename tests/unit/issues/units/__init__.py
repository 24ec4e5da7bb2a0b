"""Units, by their rules alone."""
