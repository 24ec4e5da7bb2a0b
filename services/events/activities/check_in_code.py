"""What an activity's check-in code is made from."""

from secrets import token_hex


def fresh_seed() -> str:
    """Thirty-two hexadecimal digits; the code itself is derived from them around its time (`domain.codes`)."""
    return token_hex(16)
