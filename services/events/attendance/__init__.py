"""Attendance: people check in and out, seen by the desk or by the code that hangs at the venue."""
