"""What several rooms of issues stand on: bounded values, the cache of aggregates, marks on what must be counted."""
