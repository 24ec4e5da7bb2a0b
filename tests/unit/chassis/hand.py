"""A clock that a test sets."""


class Hand:
    """Shows what it was set to, in seconds, and stands still."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now
