"""Likeness of cases, by their rules alone."""
