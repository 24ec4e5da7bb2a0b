"""Routing over HTTP: policy, suggestions, models, rehearsals, accuracy."""
