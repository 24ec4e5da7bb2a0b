"""Aggregates in MongoDB: commands, receipts, outbox, journal, leases, and the tombstones of erased people."""
