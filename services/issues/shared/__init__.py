"""Parts that several rooms of issues use: bounded values, the cache of aggregates, marks of things to be counted."""
