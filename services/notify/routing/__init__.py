"""Routing: a table of data that says which events are told to whom, and the kinds of message with the rules of each.

`table.v1.json` is the shipped table, which `shipped` reads; `editions` gives the routes and kinds that communities have
added, `variables` the values that texts of a kind may use. A community adds routes and kinds of its own over the API,
edition by edition.
"""
