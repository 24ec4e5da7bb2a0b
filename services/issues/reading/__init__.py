"""Reading: search, queues, map, figures and exports over all cases, answered from a projection of its own.

The projection (`case_rows`) is fed by the service's own events, and has the heavy indexes, so that commands, which
write `cases`, do not pay for them. A row follows a command within about a second; the list of `cases` itself shows the
command at once.

- Rows: `row` makes one from a case, with `facts` for the figures and `place_lookup` for its place; `marks` say which
  rows are behind; `projection` brings them up to date in passes, of which one at a time writes a row (`rewriting`), at
  a pace that `throttle` sets; `undrawn` tells which cases the rows don't show yet.
- Counts: `counts` stores them, by day and by cell of the map (`tiles`); `recounting` makes them anew.
- Questions: `finding` answers searches by their `conditions`, and queues as `queueing` walks them, by the words of
  `tokenizer` and the terms that `questions` reads, with `numerals`, `case_numbers` and `sounds` (and `beside.json`) in
  any way of writing, and shows first what `nearness` calls near; `maps` answers maps, `figures` gives figures of
  `periods` by `formulas`, `exporting` writes a `sheet`, `titles` say what ids are called, `round_status` tells how a
  round stands now. `recompute` makes the figures from the journal alone, to compare them with those served.
- Lateness: `behind` measures how far reading is behind the cases; `pressure` slows commands down accordingly.
"""
