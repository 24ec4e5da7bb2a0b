"""The HTTP routes of records and of certificates."""
