"""The rules of contacts: how a reporter can be reached, and the sealed box that keeps it."""
