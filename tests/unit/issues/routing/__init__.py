"""Routing, by their rules alone."""
