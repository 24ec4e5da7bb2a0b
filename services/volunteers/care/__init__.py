"""Care: regular help promised to elders. `readings` is the record of who was told where an elder lives."""
