"""Meals: rounds that bring meals to elders, the meals that each stop of a round gets, and what became of each stop."""
