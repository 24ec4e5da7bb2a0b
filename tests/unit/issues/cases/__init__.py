"""Cases, by their rules alone."""
