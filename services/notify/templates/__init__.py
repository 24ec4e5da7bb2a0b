"""Templates: the texts that a community has written itself, version by version.

`saved` is what was saved, read again every few seconds.
"""
