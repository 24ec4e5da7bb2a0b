"""The HTTP routes of needs."""
