"""Persons: how somebody wants to be told, where they can be reached, and that they want to be forgotten.

`people` finds those of a community, a building or an age. `deciding` says who may decide about whom; `codes` sends the
codes by which people confirm addresses, in the words of `code_text`, of which `templates` holds the
texts. `links` are those by which messages are ended, `unsubscribing` is the page behind them, out of `pages`.
"""
