"""How cases are read by the thousand: search, queue, map, figures and exports, from a projection of their own.

The projection (`case_rows`) is fed by the service's own events and never stands in the way of a command: heavy indexes
lie on it and not on `cases`. It follows a command within about a second; lists of `cases` themselves show it at once.

- Rows: `row` makes one from a case, with `facts` for the figures and `place_lookup` for its place; `marks` say which
  rows are behind; `projection` brings them up to date by passes, each row in one at a time (`rewriting`), at a pace
  that `throttle` finds; `undrawn` tells which cases the rows don't show yet.
- Counts: `counts` holds them, by day and by cell of the map (`tiles`); `recounting` makes them anew.
- Questions: `finding` (search and queues, by the words of `tokenizer` and what `questions` ask for: `numerals` and
  `sounds` (with `beside.json`) however they are written; first what `nearness` says is near), `maps`, `figures` of
  `periods` by `formulas`, `exporting` (as a `sheet`), and `round_status`, how a round stands now. `recompute` makes
  figures from the journal alone, to hold them against those that are served.
- Lateness: `behind` measures how far reading is behind; `pressure` slows commands down by it.
"""
