"""Matching: which volunteers are asked for which needs.

`reading` makes `columns` of numbers of what the store has; `arcs` finds the pairs that all hard filters let through;
`network` is one flow over them, weighed by `bands`; `flow` makes a plan of its rounds, in which `friends` come together
where that costs nothing more. `staffing` makes passes over the needs that are open, stores each plan in `plans`, and
asks outside the `quiet` hours. `refilling` gives on a seat that is lost, by `rings` of people among others. `answers`
says why, why not and what if; `fairness` counts who is helped.
"""
