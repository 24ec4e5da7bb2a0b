"""Subjects of mail as encoded words (RFC 2047): each is whole UTF-8, short enough, and reads back as it was."""

import base64

_BYTES = 42
"""So many bytes make 56 characters of base64, and with the frame 68: fewer than the 75 that are allowed."""


def subject_line(subject: str) -> bytes:
    """The header line of `subject`, folded. No line break in it makes another header."""
    plain = " ".join(subject.split())
    if plain.isascii() and len(plain) <= 60 and "=?" not in plain:
        return f"Subject: {plain}\r\n".encode()
    words = [f"=?utf-8?b?{base64.b64encode(part).decode()}?=" for part in _parts(plain)]
    return ("Subject: " + "\r\n ".join(words) + "\r\n").encode()


def _parts(text: str) -> list[bytes]:
    """`text` in pieces of whole characters."""
    parts, part = [], b""
    for character in text:
        encoded = character.encode("utf-8", "replace")
        if len(part) + len(encoded) > _BYTES:
            parts.append(part)
            part = b""
        part += encoded
    return [*parts, part]
