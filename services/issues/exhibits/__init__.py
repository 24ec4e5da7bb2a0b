"""Exhibits (整改对比照): two pictures of a case, from before and after, which staff have looked at and show everybody.

What may be public is decided here: when staff show a case, and again whenever somebody asks for a picture.
"""
