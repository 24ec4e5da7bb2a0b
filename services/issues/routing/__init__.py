"""Routing: who should handle a case is suggested, dispatched without a person where that is wanted, and learnt from.

- `suggester` makes suggestions; `dispatching` acts on them; `dispatches` are kept with what became of each.
- `examples` are what past cases teach; `training` makes a model of them in a process of its own (`worker`); `weights`
  keeps its numbers; `forgetting` destroys what has learnt from words that must go.
- `rehearsal` holds rules or a model against past cases.
"""
