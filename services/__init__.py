"""Sunshine Community: four services and what they stand on."""
