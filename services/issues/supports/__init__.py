"""Supports: who is affected by a case too, or stands behind a wish, and how they are counted.

- `joining`: supports are given and taken back; `counting`: what is supported is counted, at once or by a sweep.
"""
