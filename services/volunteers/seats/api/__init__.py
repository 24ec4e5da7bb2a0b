"""The HTTP routes of offers, of answers to them, and of hours served."""
