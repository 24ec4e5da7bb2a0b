"""Supports, on a real MongoDB."""
