"""Rounds, by their rules alone."""
