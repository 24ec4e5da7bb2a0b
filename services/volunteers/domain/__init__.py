"""The rules of volunteering: pure, without I/O and without a clock."""
