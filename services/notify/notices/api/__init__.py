"""Notices over HTTP: the inbox of their recipients, and the list of who was told what."""
