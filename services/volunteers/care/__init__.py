"""Care: regular help promised to elders, and the record of who was told where they live."""
