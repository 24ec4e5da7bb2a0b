"""Supports: people say that a case affects them too, or that they want a wish, and are counted.

- `joining`: gives and withdraws supports; `counting`: counts the supports of a case or wish, at once or by a sweep.
"""
