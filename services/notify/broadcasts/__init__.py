"""Broadcasts: one message to many people, sent in batches, with progress, pause and stop.

`sending` sends them.
"""
