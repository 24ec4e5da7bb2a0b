"""MP4 (M4A, 3GP): the same boxes at the same places, those that are not sound filled with zeros.

Tables inside point to places in the file, so nothing is taken out: what tells of place, device or person (`udta`,
`meta`, `uuid`, …) becomes a `free` box of nothing, and times of making become 0. A file with pictures is refused.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from services.issues.uploads.recordings.sound import Kind, NotSound, Sound

_KEPT: dict[str, frozenset[str]] = {
    "": frozenset({"ftyp", "styp", "moov", "moof", "mdat", "sidx", "mfra"}),
    "moov": frozenset({"mvhd", "trak", "mvex"}),
    "mvex": frozenset({"mehd", "trex"}),
    "trak": frozenset({"tkhd", "edts", "mdia"}),
    "mdia": frozenset({"mdhd", "hdlr", "minf"}),
    "minf": frozenset({"smhd", "dinf", "stbl"}),
    "stbl": frozenset({"stsd", "stts", "stsc", "stsz", "stz2", "stco", "co64", "sgpd", "sbgp"}),
    "moof": frozenset({"mfhd", "traf"}),
    "traf": frozenset({"tfhd", "tfdt", "trun", "sgpd", "sbgp"}),
}
"""What stays, by the box it stands in. Boxes that are no key hold no boxes, or none that may tell anything."""
_CODECS = frozenset({b"mp4a", b"alac", b"samr", b"sawb", b"Opus", b"fLaC"})
_MOST_BOXES = 20_000


@dataclass(frozen=True, slots=True)
class _Box:
    name: str
    start: int
    content: int
    end: int


class _File:
    def __init__(self, data: bytes) -> None:
        self.data = bytearray(data)
        self.sounds = 0
        self.seconds = 0.0
        self._boxes = 0

    def clean(self, start: int, end: int, inside: str) -> None:
        for box in self._row(start, end):
            if box.name not in _KEPT[inside]:
                self._empty(box)
            elif box.name in _KEPT:
                self.clean(box.content, box.end, box.name)
            else:
                self._look_at(box)

    def _row(self, start: int, end: int) -> Iterator[_Box]:
        while start < end:
            self._boxes += 1
            size, name = struct.unpack_from(">I4s", self.data, start)
            content = start + 8
            if size == 1:
                (size,) = struct.unpack_from(">Q", self.data, content)
                content += 8
            stop = end if size == 0 else start + size
            if stop > end or stop < content or self._boxes > _MOST_BOXES:
                raise NotSound()
            yield _Box(name.decode("latin-1"), start, content, stop)
            start = stop

    def _empty(self, box: _Box) -> None:
        self.data[box.start + 4 : box.start + 8] = b"free"
        self.data[box.content : box.end] = bytes(box.end - box.content)

    def _look_at(self, box: _Box) -> None:
        if box.name in ("mvhd", "tkhd", "mdhd"):
            self._forget_times(box)
        elif box.name == "hdlr":
            self._require_sound(box)
        elif box.name == "stsd" and bytes(self.data[box.content + 12 : box.content + 16]) not in _CODECS:
            raise NotSound()

    def _forget_times(self, box: _Box) -> None:
        wide = self.data[box.content] == 1
        length = 16 if wide else 8
        if box.content + 4 + length + 12 > box.end:
            raise NotSound()
        self.data[box.content + 4 : box.content + 4 + length] = bytes(length)
        if box.name != "tkhd":
            scale, duration = struct.unpack_from(">IQ" if wide else ">II", self.data, box.content + 4 + length)
            self.seconds = max(self.seconds, duration / scale)

    def _require_sound(self, box: _Box) -> None:
        if bytes(self.data[box.content + 8 : box.content + 12]) != b"soun" or box.content + 24 > box.end:
            raise NotSound()
        self.sounds += 1
        self.data[box.content + 24 : box.end] = bytes(box.end - box.content - 24)


def _strip(data: bytes) -> Sound:
    file = _File(data)
    file.clean(0, len(data), "")
    if file.sounds != 1:
        raise NotSound()
    return Sound(bytes(file.data), file.seconds)


KIND = Kind("audio/mp4", "m4a", lambda data: data[4:8] == b"ftyp", _strip)
