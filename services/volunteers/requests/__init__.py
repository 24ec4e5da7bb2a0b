"""Requests: residents ask for help at a time; staff grant it, so that it becomes a need, or refuse with a reason.

`possible`: the commands that a caller may give now.
"""
