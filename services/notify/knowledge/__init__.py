"""What notify remembers of the facts of other services, so that a notice can name what it speaks of."""
