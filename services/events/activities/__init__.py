"""Activities (活动): each with its time and place, its seats and waiting list, its helpers and who came.

`check_in_code` makes the seed of the code that hangs at the venue. `presenting` shows activities with names beside
ids, and with what the caller may do.
"""
