"""Announcements: what the committee has to say on the notice board, for how long, and every change made to it."""
