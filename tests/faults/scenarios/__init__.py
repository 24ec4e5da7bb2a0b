"""What happens to the promises when servers are killed, frozen and cut off at the worst moment, one story per scenario.

`python -m tests.faults.scenarios NAME --seeds 20` plays one twenty times and prints a table; the tests play each once.
"""
