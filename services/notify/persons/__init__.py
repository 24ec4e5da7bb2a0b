"""Persons: how somebody wants to be told, where they can be reached, and that they want to be forgotten."""
