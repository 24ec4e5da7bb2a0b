"""The HTTP routes of care plans, and of the record of readings."""
