"""Routing: which facts concern whom, as data; and the kinds of message with what holds of each.

`table.v1.json` is the table that is shipped, `shipped` reads it; `editions` is what communities have added, `variables`
what texts of a kind may ask for. A community adds routes and kinds of its own over the API, edition by edition.
"""
