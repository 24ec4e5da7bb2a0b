"""WAV: a RIFF file, made anew from its format and its samples; every other chunk is left out."""

import struct

from services.issues.uploads.recordings.sound import Kind, NotSound, Sound

_FORMATS = frozenset({1, 3, 6, 7, 0xFFFE})
"""PCM, floating point, A-law, µ-law, and the extensible form of these."""
_WHOLE_FORMAT = 40
_UNKNOWN_LENGTHS = (0, 0xFFFFFFFF)
"""What recorders write that never come back to put the length in."""


def _strip(data: bytes) -> Sound:
    chunks = _chunks(data)
    how, samples = chunks[b"fmt "], chunks[b"data"]
    tag, channels, _rate, bytes_a_second, block, bits = struct.unpack_from("<HHIIHH", how)
    if tag not in _FORMATS or not 1 <= channels <= 8 or not bytes_a_second or not block or bits > 64:
        raise NotSound()
    if not samples or len(how) > _WHOLE_FORMAT:
        raise NotSound()
    body = b"WAVE" + _chunk(b"fmt ", how) + _chunk(b"data", samples)
    return Sound(b"RIFF" + struct.pack("<I", len(body)) + body, len(samples) / bytes_a_second)


def _chunks(data: bytes) -> dict[bytes, bytes]:
    """The first chunk of each name, up to the samples."""
    found: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= len(data) and b"data" not in found:
        name, size = struct.unpack_from("<4sI", data, at)
        if name == b"data" and size in _UNKNOWN_LENGTHS:
            size = len(data) - at - 8
        if at + 8 + size > len(data):
            raise NotSound()
        found.setdefault(name, data[at + 8 : at + 8 + size])
        at += 8 + size + size % 2
    return found


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


KIND = Kind("audio/wav", "wav", lambda data: data[:4] == b"RIFF" and data[8:12] == b"WAVE", _strip)
