"""Broadcasts: one message to many, in batches, with progress, pause and stop.

`sending` sends them.
"""
