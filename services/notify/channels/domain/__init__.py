"""The rules of channels: end points, their addresses, and reports of providers."""
