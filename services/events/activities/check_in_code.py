"""The seed of an activity's check-in code."""

from secrets import token_hex


def fresh_seed() -> str:
    """Thirty-two hexadecimal digits; the code is derived from them around its time (`attendance/domain/codes.py`)."""
    return token_hex(16)
