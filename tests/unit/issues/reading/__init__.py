"""Reading, by their rules alone."""
