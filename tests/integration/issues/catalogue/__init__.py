"""Catalogues, on a real MongoDB."""
