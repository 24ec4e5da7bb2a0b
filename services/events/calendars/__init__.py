"""Calendars: activities as other programs read them, without any person.

`feeds` keeps the calendar of each community, `icalendar` writes it, `linked_data` tells one activity to search engines.
"""
