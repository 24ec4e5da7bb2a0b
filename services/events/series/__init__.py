"""Series (系列活动): plans that recur by a rule; each of their dates becomes an activity.

`booking` says what a series holds of venues and instructors. `coming` finds the
dates that are no activities yet, `previewing` says whom a change
would affect; `presenting` shows series with names beside ids, and
with what the caller may do.
"""
