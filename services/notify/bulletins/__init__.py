"""Bulletins: what a week came to, sealed together with the week before, so that a later edit shows.

Beside rules, store and routes stand `counting`, which counts a week from the board's copies, and `pages`, which makes
a page of it with `templates`; `printing` makes a sheet of A4.
"""
