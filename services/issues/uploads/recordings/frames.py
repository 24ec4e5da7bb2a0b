"""Recordings that are a row of frames and nothing else: MP3, AAC in ADTS, AMR.

Frames are walked by the lengths in their headers. Labels (ID3, APE, Lyrics3) stand before and behind, and are left out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from services.issues.uploads.recordings.sound import MAX_SECONDS, Kind, NotSound, Sound, TooLong

_ENOUGH = 3
"""Frames that follow each other, before bytes are believed to be sound."""
_LABELS = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"ID3", b"3DI")
_LABELS_BEFORE = 8
"""As many labels are passed by; a million would be walked through while everybody waits."""
_LONGEST_FRAME = 8191

_MP3_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_MP3_KILOBITS = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_AAC_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
_AMR_NARROW = (12, 13, 15, 17, 19, 20, 26, 31, 5, -1, -1, -1, -1, -1, -1, 0)
_AMR_WIDE = (17, 23, 32, 36, 40, 46, 50, 58, 60, 5, -1, -1, -1, -1, 0, 0)


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: its length in bytes and in seconds."""

    length: int
    seconds: float


Reader: TypeAlias = Callable[[bytes, int], Frame | None]


def _mp3(data: bytes, at: int) -> Frame | None:
    if len(data) < at + 4 or data[at] != 0xFF or data[at + 1] & 0xE6 != 0xE2:  # frame sync and layer III
        return None
    version, bits, pick = data[at + 1] >> 3 & 3, data[at + 2] >> 4, data[at + 2] >> 2 & 3
    if version == 1 or bits in (0, 15) or pick == 3:
        return None
    first = version == 3
    rate, kilobits = _MP3_RATES[version][pick], _MP3_KILOBITS[first][bits]
    samples = 1152 if first else 576
    return Frame(samples // 8 * kilobits * 1000 // rate + (data[at + 2] >> 1 & 1), samples / rate)


def _aac(data: bytes, at: int) -> Frame | None:
    if len(data) < at + 7 or data[at] != 0xFF or data[at + 1] & 0xF6 != 0xF0:
        return None
    pick = data[at + 2] >> 2 & 0xF
    length = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
    if pick >= len(_AAC_RATES) or length < 8:
        return None
    return Frame(length, 1024 * ((data[at + 6] & 3) + 1) / _AAC_RATES[pick])


def _amr(sizes: tuple[int, ...]) -> Reader:
    def read(data: bytes, at: int) -> Frame | None:
        if len(data) <= at or data[at] & 0x83:
            return None
        size = sizes[data[at] >> 3 & 0xF]
        return None if size < 0 else Frame(size + 1, 0.02)

    return read


def _behind_labels(data: bytes) -> int:
    """Where the sound begins: behind any ID3v2."""
    at = 0
    for _ in range(_LABELS_BEFORE):
        if data[at : at + 3] != b"ID3" or len(data) < at + 10:
            break
        size = 0
        for byte in data[at + 6 : at + 10]:
            size = size << 7 | byte & 0x7F
        at += 10 + size + (10 if data[at + 5] & 0x10 else 0)
    return at


def _row(data: bytes, at: int, read: Reader, most: int | None = None) -> tuple[int, int, float]:
    """Where the row of whole frames that begins at `at` ends, how many they are and how long.

    Raises:
        TooLong: ten million frames of a byte each would be counted for half a minute.
    """
    count, seconds = 0, 0.0
    while (most is None or count < most) and (frame := read(data, at)) is not None and at + frame.length <= len(data):
        at, count, seconds = at + frame.length, count + 1, seconds + frame.seconds
        if seconds > MAX_SECONDS:
            raise TooLong()
    return at, count, seconds


def _begins(read: Reader) -> Callable[[bytes], bool]:
    return lambda data: _row(data, _behind_labels(data), read, _ENOUGH)[1] == _ENOUGH


def _strip_labels(read: Reader) -> Callable[[bytes], Sound]:
    def strip(data: bytes) -> Sound:
        begin = _behind_labels(data)
        end, count, seconds = _row(data, begin, read)
        behind = data[end:].lstrip(b"\0")
        cut_off = read(data, end) is not None and len(behind) <= _LONGEST_FRAME
        if count < _ENOUGH or not (not behind or behind.startswith(_LABELS) or cut_off):
            raise NotSound()
        return Sound(data[begin:end], seconds)

    return strip


def _strip_amr(data: bytes) -> Sound:
    """AMR knows no labels: every byte behind the first line belongs to a frame, or it is refused."""
    wide = data.startswith(b"#!AMR-WB\n")
    begin = len(b"#!AMR-WB\n" if wide else b"#!AMR\n")
    end, count, seconds = _row(data, begin, _amr(_AMR_WIDE if wide else _AMR_NARROW))
    if count < _ENOUGH or end != len(data):
        raise NotSound()
    return Sound(data, seconds)


MP3_KIND = Kind("audio/mpeg", "mp3", _begins(_mp3), _strip_labels(_mp3))
AAC_KIND = Kind("audio/aac", "aac", _begins(_aac), _strip_labels(_aac))
AMR_KIND = Kind("audio/amr", "amr", lambda data: data.startswith((b"#!AMR\n", b"#!AMR-WB\n")), _strip_amr)
