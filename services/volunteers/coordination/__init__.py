"""Coordination: what a coordinator, and whoever awaits somebody, has before them.

`calls` says who is to be called and what for, `pages` are the lists on paper, and `visits` tells elders and those who
act for them who comes.
"""
