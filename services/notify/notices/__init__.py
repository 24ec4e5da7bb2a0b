"""Notices (通知): who is told what, by which channel and when; and who was not, and why."""
