"""Wishes, on a real MongoDB."""
