"""Attendance (签到): people check in and out, seen by the desk or by the code that hangs at the venue.

`door` is what happens at the door: codes of registrants, the door list, what phones have seen, and walk-ins. `figures`
counts what is over.
"""
