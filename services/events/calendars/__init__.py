"""Calendars: activities as other programs and people read them, without any person.

`feeds` keeps the calendars to which people subscribe, `icalendar` writes them, `recurring` says by which rules a series
stands in one, `links` are the addresses of pages, `linked_data` tells one activity to search engines, `rss` tells feed
readers what comes next, and `communities` tells a community from any other word.
"""
