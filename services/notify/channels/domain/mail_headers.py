"""Writes subjects of mail as encoded words (RFC 2047). Each word is valid UTF-8 by itself, and short enough."""

import base64

_BYTES = 42
"""The bytes in one encoded word: they make 56 characters of base64 and 68 with the frame, fewer than the 75 allowed."""


def subject_line(subject: str) -> bytes:
    """The folded header line of `subject`. A line break in the subject can't begin another header."""
    plain = " ".join(subject.split())
    if plain.isascii() and len(plain) <= 60 and "=?" not in plain:
        return f"Subject: {plain}\r\n".encode()
    words = [f"=?utf-8?b?{base64.b64encode(part).decode()}?=" for part in _parts(plain)]
    return ("Subject: " + "\r\n ".join(words) + "\r\n").encode()


def _parts(text: str) -> list[bytes]:
    """`text` in pieces of whole characters, each short enough for one encoded word."""
    parts, part = [], b""
    for character in text:
        encoded = character.encode("utf-8", "replace")
        if len(part) + len(encoded) > _BYTES:
            parts.append(part)
            part = b""
        part += encoded
    return [*parts, part]
