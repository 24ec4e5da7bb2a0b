"""The table of handlers and the form of dead letters."""
