"""People: volunteers, what they can do, and when they are free."""
