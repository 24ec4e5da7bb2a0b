"""Cases that may be the same: they are suggested while somebody types, so that people join what stands.

`candidates` finds the cases that are looked at, a bounded number.
"""
