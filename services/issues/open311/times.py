"""Reads the times that clients send, in W3C's profile of ISO 8601."""

import re
from datetime import datetime

_LOST_PLUS = re.compile(r"(T.*) (\d\d:?\d\d)$")


def time_in(text: str) -> datetime | None:
    """The time that `text` tells, without a zone where it names none; None where it tells no time. A space before the
    zone was a plus that the client did not escape, and is read as one."""
    try:
        return datetime.fromisoformat(_LOST_PLUS.sub(r"\1+\2", text.strip().upper()))  # RFC 3339 lets t and z be small
    except ValueError:
        return None
