"""Notices (通知): who is told what, by which channel and when; and who was not told, and why.

`audiences` finds whom an event concerns, `telling` makes notices of such an `occasion`. `delivery` looks for those that
are due, `reviewing` looks at each again, `handing` gives it to its gateway, `parts` does so for several that are told
as one, all in the words of `wording`; `templates` holds the texts. `feed` is the inbox as it
fills, and `call_sheet` a list on paper of whom to call.
"""
