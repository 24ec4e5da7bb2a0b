"""Kubernetes, applied: `make kubernetes` says what holds on a cluster while pods are killed, evicted and rolled."""
