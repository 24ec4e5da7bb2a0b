"""Calendars: activities as other programs read them, without any person."""
