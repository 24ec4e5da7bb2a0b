"""Coordination: the lists of a coordinator's day, and the visits that an elder awaits.

`calls` makes the list of people to call and the reasons, `pages` the lists on paper, and `visits` tells elders, and
people who act for them, who comes.
"""
