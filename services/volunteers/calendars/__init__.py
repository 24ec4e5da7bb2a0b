"""Calendars: a volunteer's own services as a calendar to subscribe to, at a secret address. `icalendar` writes it."""
