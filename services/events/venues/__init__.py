"""Venues (场地): where activities take place, when they are open, and what has been booked.

`bookings` keeps who has which place and instructor when, and `collisions` looks for what stands against it; `blocking`
holds a place while staff block it.
"""
