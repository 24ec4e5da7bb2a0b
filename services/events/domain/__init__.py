"""The rules of activities. Pure: no I/O, no clock but the time that is passed in."""
