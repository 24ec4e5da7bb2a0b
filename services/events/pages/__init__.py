"""Pages (活动日历页): the calendar by week and by month, and a page for each activity and series, for people; and the
door on a phone, for the desk.

`page` renders the pages from `templates` with the words of `labels`, and with the style and the script of the door in
`assets`; `days` lays out weeks and months.
"""
