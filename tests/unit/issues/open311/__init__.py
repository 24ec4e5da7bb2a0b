"""Open311, by their rules alone."""
