"""How cases are read by the thousand: search, queue, map, figures and exports, from a projection of their own.

The projection (`case_rows`) is fed by the service's own events and never stands in the way of a command: heavy indexes
lie on it and not on `cases`. It follows a command within about a second; lists of `cases` themselves show it at once.
"""
