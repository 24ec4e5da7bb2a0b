"""Calendars as a library of another language reads them."""
