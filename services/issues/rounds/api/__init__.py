"""Rounds, visits and plans of rounds over HTTP."""
