"""The HTTP routes of offers, of their answers, and of what was served."""
