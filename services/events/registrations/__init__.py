"""Registrations (报名): people take seats in an activity, or a place on its waiting list, and give them up.

`claims` keeps for what people are just registering, so that of two registrations at once one sees the other. `consents`
looks again, once seats are taken, whether the consent for each child still stands.
"""
