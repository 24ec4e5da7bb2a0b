"""People: volunteers, what they can do, and when they are free.

`possible` tells which commands a caller may give about a volunteer now; `mergers` lets what names a record that ended
name the record that goes on.
"""
