"""Routing: suggests the unit that should handle a case, dispatches the case without a person where a community wants
that, and learns from what people decide.

- `suggester` makes suggestions; `dispatching` acts on them; `dispatches` records each dispatch with its outcome.
- `examples` are drawn from past cases; `training` makes a model of them in a process of its own (`worker`); `weights`
keeps the model's numbers; `forgetting` destroys models that have learnt from words that must be erased.
- `rehearsal` compares rules or a model with past cases.
"""
