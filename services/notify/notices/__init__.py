"""Notices (通知): who is told what, by which channel and when; and who was not told, and why.

`telling` makes notices of events, `delivery` delivers those that are due, in the words of `wording`; `templates` holds
the texts.
"""
