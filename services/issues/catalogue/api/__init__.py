"""HTTP routes of the catalogue and of calendars."""
