"""Duplicates: cases that may be the same are suggested while somebody types a report, so that people join a case that
exists.

`candidates`: finds the cases that are compared, a bounded number.
"""
