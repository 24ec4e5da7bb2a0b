"""Series (系列活动): plans that recur by a rule; each of their dates becomes an activity.

`booking` says what a series holds of venues and instructors. `coming` finds the dates that are no activities yet,
`revising` decides a change, `previews` has the routes that say whom a command would affect, `previewing` counts those
who are enrolled in dates far ahead; `presenting` shows series with names beside ids, and with what the caller may do.
"""
