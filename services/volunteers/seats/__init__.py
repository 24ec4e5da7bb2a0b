"""Seats: the offers of seats in needs, the answers to them, and the volunteer's time that is held for each offer.

`service` carries out what people and matching ask for, which changes a need and a volunteer together; `refusing` has
the refusals.
"""
