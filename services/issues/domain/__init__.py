"""The rules of issues, pure: no I/O, no clock but the time passed in."""
