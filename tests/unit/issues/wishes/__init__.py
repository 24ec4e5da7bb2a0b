"""Wishes, by their rules alone."""
