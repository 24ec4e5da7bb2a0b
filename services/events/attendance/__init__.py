"""Attendance (签到): people check in and out, seen by the desk or by the code that hangs at the venue.

`tries` counts how often a code was tried.
"""
