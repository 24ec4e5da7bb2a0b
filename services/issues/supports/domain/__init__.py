"""The rules of supports."""
