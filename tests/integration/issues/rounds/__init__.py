"""Rounds, on a real MongoDB."""
