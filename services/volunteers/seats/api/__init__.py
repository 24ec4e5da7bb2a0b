"""The HTTP routes of offers, of their answers, and of hours that were served."""
