"""The one way in which this package fails."""


class Trouble(Exception):
    """It can't go on, and the person at the machine can change that: the message is one sentence that says how."""
