"""Registrations (报名): people take seats in an activity, or a place on its waiting list, and give them up."""
