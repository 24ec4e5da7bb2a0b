"""Calendars: one's own service to subscribe to, behind a secret address. `icalendar` writes it."""
