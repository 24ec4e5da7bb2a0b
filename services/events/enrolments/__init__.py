"""Enrolments (整期报名): a party comes to every date of a series, and leaves single dates out."""
