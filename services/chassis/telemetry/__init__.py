"""What a running service tells about itself: logs, traces, metrics. None of them holds personal data."""
