"""Attendance (签到): volunteers check in and out where they serve, by a code that changes, or seen by a grid worker.

`checking` checks a request against the need, the code and the hard filters, and then changes the presence.
"""
