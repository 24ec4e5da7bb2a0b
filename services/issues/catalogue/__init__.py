"""The catalogue of categories of each community, and its editions.

- `residential`: the catalogue that comes with the service, which a community has until it adopts one of its own.
"""
