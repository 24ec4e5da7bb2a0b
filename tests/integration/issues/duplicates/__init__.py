"""Likeness of cases, on a real MongoDB."""
