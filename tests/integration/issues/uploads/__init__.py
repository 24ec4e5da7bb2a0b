"""Uploads, on a real MongoDB."""
