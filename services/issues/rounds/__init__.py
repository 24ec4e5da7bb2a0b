"""Rounds: walks through buildings, floor by floor, planned once or in series.

- `walks`: takes down visits in any pieces; `recount`: counts rounds anew from their visits; `names`:
  says what people call what they name by id.
"""
