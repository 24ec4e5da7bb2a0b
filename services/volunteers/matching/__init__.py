"""Matching: which volunteers are asked for which needs."""
