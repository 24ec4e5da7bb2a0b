"""The logs, traces and metrics of a running service. None of them holds personal data."""
