"""Seats: offers of a seat, the answers to them, and the time that a volunteer holds for each.

`service` carries out what people and matching ask for, over needs and volunteers.
"""
