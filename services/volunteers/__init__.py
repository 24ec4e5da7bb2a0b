"""Volunteers: who gives time, who needs it, who is matched with whom, and the hours that were given."""
