"""Pages (活动日历页): the calendar by week and by month, and a page for each activity and series, for people.

`page` renders them from `templates` in the words of `labels`, with the style in `assets`; `days` lays out weeks and
months.
"""
