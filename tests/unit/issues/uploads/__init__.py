"""Uploads, by their rules alone."""
