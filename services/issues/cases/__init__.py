"""Cases (问题): how each is reported, handled, verified and judged; its clocks; who may know of it.

- `contacts` seals how a reporter can be reached, and opens it for those who may read it.
- `numbers` draws the short numbers of cases, and gives one to those that have none.
- `presenting` shows cases with names beside ids, and with the commands that the caller may give.
- `joining` lets people join a case that stands; `supporter_counts` counts them; `mergers` keeps pointers and counts
  right where cases are merged or parts of one another.
- `evidence` knows of photos how old they are and what shows them, before a handling is shown with them.
- `visibility` says who may know of a case; `publicity` carries on what follows where that changes.
- `uploads_shown` tells the room of uploads what cases show, and to whom.
- `erasure` erases a person from cases.
- `state_diagram` draws the life of a case from the table of transitions.
"""
