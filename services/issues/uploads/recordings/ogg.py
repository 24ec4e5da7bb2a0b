"""Ogg: one stream of Opus or Vorbis, page by page to the end, with empty comments."""

import struct
from io import BytesIO
from typing import Any

from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis

from services.issues.uploads.recordings.sound import Kind, NotSound, Sound

_BEGINS = 2
_HEAD = 27


def _strip(data: bytes) -> Sound:
    first = _require_one_stream(data)
    if first.startswith(b"OpusHead"):
        file: type[OggOpus | OggVorbis] = OggOpus
    elif first.startswith(b"\x01vorbis"):
        file = OggVorbis
    else:
        raise NotSound()
    copy = BytesIO(data)
    opened: Any = file(copy)
    opened.tags.clear()
    opened.tags.vendor = ""
    if hasattr(opened.tags, "_pad_data"):
        opened.tags._pad_data = b""  # what Opus may carry behind its comments, and mutagen would carry on
    copy.seek(0)
    opened.save(copy, padding=lambda _: 0)
    copy.seek(0)
    kept: Any = file(copy)
    return Sound(copy.getvalue(), float(kept.info.length))


def _require_one_stream(data: bytes) -> bytes:
    """The content of the first page.

    Raises:
        NotSound: there is something between the pages, behind them, or a second stream.
    """
    serials: set[int] = set()
    at, first = 0, b""
    while at < len(data):
        if data[at : at + 5] != b"OggS\0" or len(data) < at + _HEAD:
            raise NotSound()
        begins, (serial,), segments = data[at + 5] & _BEGINS, struct.unpack_from("<I", data, at + 14), data[at + 26]
        lengths = data[at + _HEAD : at + _HEAD + segments]
        begin, at = at + _HEAD + segments, at + _HEAD + segments + sum(lengths)
        if len(lengths) < segments or at > len(data) or bool(begins) != (not serials):
            raise NotSound()
        first = first or data[begin:at]
        serials.add(serial)
    if len(serials) != 1:
        raise NotSound()
    return first


KIND = Kind("audio/ogg", "ogg", lambda data: data.startswith(b"OggS"), _strip)
