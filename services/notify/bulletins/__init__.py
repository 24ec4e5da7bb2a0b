"""Bulletins: the figures of a week, sealed together with the bulletin before, so that a later edit can be detected.

`counting` counts a week from the board's copies, `pages` makes web pages with `templates`, and `printing` makes a sheet
of A4.
"""
