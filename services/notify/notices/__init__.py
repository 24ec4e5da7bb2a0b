"""Notices (通知): who is told what, by which channel and when; and who was not told, and why.

`audiences` finds whom an event concerns, `telling` makes notices of such an `occasion`; `gathering` waits for all that
follows from one command, so that each person hears of it once. `delivery` looks for those that are due, `reviewing`
looks at each again, `planning_again` at what waits once somebody chooses otherwise, `handing` gives it to its gateway,
`parts` does so for several that are told as one, all in the words of `wording`; `templates` holds the texts. `bounces`
notes mail that came back on whom it was for. `feed` is the inbox as it fills, and `call_sheet` a list on paper of whom
to call. `answer_links` are those by which what a message asks is answered, `answer_page` is the page behind them, out
of `pages`.
"""
