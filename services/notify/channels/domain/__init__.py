"""The rules of channels: end points, their addresses, and what providers say."""
