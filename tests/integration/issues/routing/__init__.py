"""Routing, on a real MongoDB."""
