"""Passers-by: whoever scans a sticker reports without an account, where their community allows it.

`taking` makes a case of the form that `places/report_page` shows; nobody is its reporter. A telephone is sealed under a
key of the case's own.
"""
