"""The whole system on one machine without containers: the real servers, fetched, started and stopped.

Whatever goes wrong here ends in a `Trouble`: one sentence that says what to do.
"""
