"""Small recordings of every kind, made byte by byte, with labels that tell too much."""

import struct
from collections.abc import Iterable

from mutagen.ogg import OggPage

SECRET = b"SECRET+38.0700+114.4600/"


def a_wav(seconds: float = 0.5, labels: bool = True) -> bytes:
    """8 kHz, 8 bit, one channel; a LIST chunk before and an id3 chunk behind."""
    samples = bytes(int(8000 * seconds))
    chunk = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8)
    told = b"INFOICMT" + struct.pack("<I", len(SECRET)) + SECRET
    listed = b"LIST" + struct.pack("<I", len(told)) + told if labels else b""
    sound = b"data" + struct.pack("<I", len(samples)) + samples
    behind = b"id3 " + struct.pack("<I", len(SECRET)) + SECRET if labels else b""
    body = b"WAVE" + chunk + listed + sound + behind
    return b"RIFF" + struct.pack("<I", len(body)) + body


def an_mp3(frames: int = 40, labels: bool = True) -> bytes:
    """MPEG-1 layer III, 128 kbit/s, 44.1 kHz: frames of 417 bytes; ID3v2 before, ID3v1 behind."""
    frame = b"\xff\xfb\x90\x00" + bytes(413)
    text = b"COMM" + struct.pack(">I", len(SECRET) + 4) + b"\0\0" + b"\0eng" + SECRET
    before = b"ID3\x03\0\0" + bytes((len(text) >> shift) & 0x7F for shift in (21, 14, 7, 0)) + text
    behind = (b"TAG" + SECRET).ljust(128, b"\0")
    return (before if labels else b"") + frame * frames + (behind if labels else b"")


def an_aac(frames: int = 40) -> bytes:
    """ADTS frames of 64 bytes at 16 kHz."""
    length = 64
    head = bytes((0xFF, 0xF1, 1 << 6 | 8 << 2, 1 << 6 | length >> 11, length >> 3 & 0xFF, (length & 7) << 5 | 0x1F, 0))
    return (head + b"\xfc" + bytes(length - 8)) * frames


def an_amr(frames: int = 50) -> bytes:
    """Frames of 12.2 kbit/s."""
    return b"#!AMR\n" + (b"\x3c" + bytes(31)) * frames


def an_ogg(labels: bool = True, packets: int = 20) -> bytes:
    """Opus, with a comment that tells and a padding behind it that mutagen carries on."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 16000, 0, 0)
    comment = b"LOCATION=" + SECRET
    told = struct.pack("<I", len(SECRET)) + SECRET + struct.pack("<I", 1) + struct.pack("<I", len(comment)) + comment
    told += b"\1" + SECRET  # binary data that belongs to the tags, says RFC 7845
    tags = b"OpusTags" + (told if labels else struct.pack("<II", 0, 0))
    pages = [
        _page([head], 0, first=True),
        _page([tags], 1),
        _page([b"\x78" + bytes(40)] * packets, 2, at=960 * packets),
    ]
    return b"".join(page.write() for page in pages)  # type: ignore[no-untyped-call]  # mutagen has no types here


def _page(packets: list[bytes], sequence: int, *, first: bool = False, at: int = 0, serial: int = 7) -> OggPage:
    page = OggPage()  # type: ignore[no-untyped-call]  # mutagen has no types here
    page.packets, page.sequence, page.first, page.position, page.serial = packets, sequence, first, at, serial
    return page


def box(name: bytes, *content: bytes) -> bytes:
    """A box of MP4."""
    body = b"".join(content)
    return struct.pack(">I4s", len(body) + 8, name) + body


def an_m4a(labels: bool = True, handlers: Iterable[bytes] = (b"soun",), seconds: int = 3, behind: bytes = b"") -> bytes:
    """One track of AAC as an iPhone writes it: times of making, a name of the device, and the place in `udta`."""
    made = struct.pack(">II", 0xE0000000, 0xE0000001)
    mvhd = box(b"mvhd", bytes(4), made, struct.pack(">II", 1000, 1000 * seconds), bytes(80))
    tracks = [_track(handler, made, labels, seconds) for handler in handlers]
    udta = box(b"udta", box(b"\xa9xyz", struct.pack(">HH", len(SECRET), 0x15C7), SECRET), box(b"meta", SECRET))
    moov = box(b"moov", mvhd, *tracks, udta if labels else b"")
    sound = box(b"mdat", bytes(400))
    return box(b"ftyp", b"M4A \0\0\0\0M4A isom") + moov + (box(b"uuid", SECRET) if labels else b"") + sound + behind


def _track(handler: bytes, made: bytes, labels: bool, seconds: int) -> bytes:
    codec = bytes((5, 2, 0x14, 0x08))
    decoder = bytes((4, 13 + len(codec), 0x40, 0x15)) + bytes(11) + codec
    stream = bytes((3, 3 + len(decoder) + 3, 0, 1, 0)) + decoder + bytes((6, 1, 2))
    heading = bytes(6) + struct.pack(">H8xHHHHI", 1, 1, 16, 0, 0, 16000 << 16)
    entry = box(b"mp4a", heading, box(b"esds", bytes(4), stream))
    name = SECRET if labels else b"\0"
    stbl = box(
        b"stbl",
        box(b"stsd", bytes(4), struct.pack(">I", 1), entry),
        box(b"stts", bytes(4), struct.pack(">I", 0)),
        box(b"stsc", bytes(4), struct.pack(">I", 0)),
        box(b"stsz", bytes(4), struct.pack(">II", 0, 0)),
        box(b"stco", bytes(4), struct.pack(">I", 0)),
    )
    mdia = box(
        b"mdia",
        box(b"mdhd", bytes(4), made, struct.pack(">II", 16000, 16000 * seconds), bytes(4)),
        box(b"hdlr", bytes(8), handler, bytes(12), name),
        box(b"minf", box(b"smhd", bytes(8)), box(b"dinf"), stbl),
    )
    return box(b"trak", box(b"tkhd", bytes(4), made, bytes(72)), mdia)
