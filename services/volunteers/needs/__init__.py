"""Needs: help wanted at one time, whether for an activity, by a care plan, or asked for by staff."""
