"""Finds out who calls, by bearer tokens of an OpenID provider or, outside production, of the built-in development
issuer."""
