"""The rooms of issues together, without any I/O."""
