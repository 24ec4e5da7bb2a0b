"""Catalogues, by their rules alone."""
