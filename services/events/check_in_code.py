"""The code that hangs at the venue, by which people check themselves in."""

from secrets import randbelow


def fresh_code() -> str:
    """Six digits."""
    return f"{randbelow(1_000_000):06d}"
