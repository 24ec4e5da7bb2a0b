"""The catalogue of categories of each community, its editions, and when people work there.

- `calendars`: the arrangements of holidays that were loaded, and the working time that follows from them.
- `residential`: the catalogue that comes with the service, which a community has until it adopts one of its own.
"""
