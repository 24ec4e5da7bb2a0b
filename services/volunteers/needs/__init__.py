"""Needs: help that is wanted at one time.

An activity, a care plan, a case that was handed to volunteers (`cases`), a granted request for help, or staff open a
need. `homes` tells the volunteers of a visit where the elder lives. `presenting` shows needs to callers, with names and
with the commands that the caller may give (`possible`).
"""
