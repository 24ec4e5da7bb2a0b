"""Drafts (草稿): activities that are being planned, approved by staff before anybody else reads them; and templates.

`possible` says what the caller may do with a draft now, and `presenting` shows one with it and with names beside ids.
"""
