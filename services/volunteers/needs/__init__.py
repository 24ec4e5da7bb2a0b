"""Needs: help wanted at one time, whether for an activity, by a care plan, or asked for by staff.

`homes` tells those who go to a visit where the elder lives.
"""
