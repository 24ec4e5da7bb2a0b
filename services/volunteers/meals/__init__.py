"""Meals: rounds that carry meals to elders, what each stop is to get, and what became of it."""
