"""The rules of templates."""
