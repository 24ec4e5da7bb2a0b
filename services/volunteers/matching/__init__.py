"""Matching: which volunteers are asked for which needs.

`flow` chooses them, and `staffing` makes passes over the needs that are open and asks.
"""
