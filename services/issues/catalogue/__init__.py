"""The catalogue of categories of each community, and its editions."""
