"""Makes a PDF harmless: run as a process of its own, `python -I pdf_cleaning.py MEMORY SECONDS PAGES BYTES`.

The PDF comes in at standard input, what is kept goes out at standard output; the exit status says how it went. It is a
process of its own because a file of a few kilobytes can unfold into gigabytes, or keep a parser busy for ever: here it
meets the limits of memory and time that it was started with, and nothing else is harmed. It imports nothing of ours.

Kept are the pages: their content, fonts and pictures, with annotations and form fields drawn into them as they look.
Left out is everything that acts or tells: scripts, actions, links, embedded files, forms, outlines, media, metadata,
who made it when, thumbnails, private data of programs, and the labels inside and behind its pictures (JPEG, JPEG 2000).
"""

import re
import resource
import sys
import zlib
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf

FINE = 0
BROKEN = 10
ENCRYPTED = 11
TOO_MANY_PAGES = 12
TOO_MANY_BYTES = 13

_ROOT = {"/Type", "/Pages", "/Version", "/OCProperties"}
_PAGE = {
    "/Type", "/Parent", "/Resources", "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Rotate",
    "/Contents", "/Group", "/UserUnit",
}  # fmt: skip
_TELLING = (
    "/AF", "/EF", "/JS", "/JavaScript", "/LastModified", "/Metadata", "/OPI", "/PieceInfo", "/RichMedia",
    "/StructParent", "/StructParents", "/Alternates", "/Measure", "/PtData",
)  # fmt: skip
"""What may tell of somebody wherever it stands. Actions stand in annotations and in the root, which are left out."""
_NAMING = ("/Author", "/CreationDate", "/Creator", "/Keywords", "/ModDate", "/Producer", "/Subject", "/Title")
"""What tells of somebody where it is a text; it may also be what a page calls one of its fonts."""
_MADE_BY = ("/CreatorInfo", "/User")
"""Of a layer's usage: the program that made it, and whom it is for."""
_ELSEWHERE = ("/F", "/FFilter", "/FDecodeParms")
"""A stream whose content stands in a file of somebody's machine."""
_JPEG_LIMIT = 64 * 1024 * 1024
_KEPT_SEGMENTS = {0xE0, 0xEE}
"""JFIF and Adobe's note on colours; every other APPn, and comments, tell what is not seen."""
_MARKER = re.compile(rb"\xff+([^\xff\x00\xd0-\xd7])")
_END, _SCAN = 0xD9, 0xDA
_KEPT_BOXES = {b"jP  ", b"ftyp", b"jp2h", b"jp2c", b"rreq"}
"""Of a JPEG 2000 picture: what it is, its colours and its pixels."""


def main(memory: int, seconds: int, pages: int, most: int) -> int:
    """Clean one PDF within `memory` bytes and `seconds` of processor time; what is kept is `most` bytes."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):  # where memory is short, this process is to end and no other
        Path("/proc/self/oom_score_adj").write_text("1000")
    data = sys.stdin.buffer.read()
    try:
        with pikepdf.open(BytesIO(data), attempt_recovery=False, suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                return ENCRYPTED
            if len(pdf.pages) > pages:
                return TOO_MANY_PAGES
            if len(pdf.pages) == 0:
                return BROKEN
            kept = cleaned(pdf)
            if len(kept) > most:  # pictures that were packed twice are packed once now
                return TOO_MANY_BYTES
            sys.stdout.buffer.write(kept)
    except pikepdf.PasswordError:
        return ENCRYPTED
    except (pikepdf.PdfError, MemoryError, ValueError, TypeError, KeyError, RuntimeError, RecursionError, zlib.error):
        return BROKEN
    return FINE


def cleaned(pdf: pikepdf.Pdf) -> bytes:
    """The pages of `pdf` and nothing else."""
    if "/AcroForm" in pdf.Root:
        pdf.generate_appearance_streams()
    pdf.flatten_annotations("screen")
    for page in pdf.pages:
        _only(page.obj, _PAGE)
    _only(pdf.Root, _ROOT)
    for name in list(pdf.trailer.keys()):
        if name in ("/Info", "/ID"):
            del pdf.trailer[name]
    for thing in _things(pdf):
        _without_words(thing)
        if isinstance(thing, pikepdf.Stream):
            _without_labels(thing)
    out = BytesIO()
    pdf.save(
        out,
        deterministic_id=True,
        fix_metadata_version=False,
        compress_streams=True,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )
    return out.getvalue()


def _only(dictionary: pikepdf.Object, names: set[str]) -> None:
    for name in list(dictionary.keys()):
        if name not in names:
            del dictionary[name]


def _things(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary and stream, those inside others too."""
    waiting: list[Any] = list(pdf.objects)
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            yield thing
            inner: list[Any] = [thing[str(name)] for name in thing.keys()]  # noqa: SIM118  a stream iterates otherwise
        elif isinstance(thing, pikepdf.Array):
            inner = list(thing)
        else:
            continue
        waiting += [each for each in inner if isinstance(each, pikepdf.Object) and not each.is_indirect]


def _without_words(thing: Any) -> None:
    """Take out what tells of somebody."""
    for name in _TELLING:
        if name in thing:
            del thing[name]
    for name in _NAMING:
        if isinstance(thing.get(name), pikepdf.String):
            del thing[name]
    usage = thing.get("/Usage")
    if isinstance(usage, pikepdf.Dictionary):
        for name in _MADE_BY:
            if name in usage:
                del usage[name]


def _without_labels(stream: pikepdf.Stream) -> None:
    """Take place, device and comments out of a picture; its pixels stay as they are."""
    for name in _ELSEWHERE:
        if name in stream:
            del stream[name]
    filters = stream.get("/Filter")
    names = [str(each) for each in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
    if names == ["/JPXDecode"]:
        stream.write(_boxes_without_labels(stream.read_raw_bytes()), filter=pikepdf.Name.JPXDecode)
        return
    if "/JPXDecode" in names:
        raise ValueError("a picture is packed in an unusual way")
    if names[-1] != "/DCTDecode":
        return
    raw = stream.read_raw_bytes()
    if names == ["/FlateDecode", "/DCTDecode"]:
        unpacking = zlib.decompressobj()
        raw = unpacking.decompress(raw, _JPEG_LIMIT)
        if unpacking.unconsumed_tail:
            raise ValueError("a picture unfolds too far")
    elif len(names) > 1:
        raise ValueError("a picture is packed in an unusual way")
    stream.write(_jpeg_without_labels(raw), filter=pikepdf.Name.DCTDecode)


def _jpeg_without_labels(data: bytes) -> bytes:
    if data[:2] != b"\xff\xd8":
        raise ValueError("not a JPEG")
    kept, at, drawing, drawn = [data[:2]], 2, False, False
    while found := _MARKER.search(data, at):
        if drawing:
            kept.append(data[at : found.start()])
        marker, begin = found[1][0], found.end()
        if marker == _END:  # behind it may stand a second picture, with labels of its own
            return b"".join((*kept, b"\xff\xd9"))
        at = begin + int.from_bytes(data[begin : begin + 2])
        drawing = marker == _SCAN
        drawn = drawn or drawing
        if not (marker == 0xFE or 0xE0 <= marker <= 0xEF) or marker in _KEPT_SEGMENTS:
            kept.append(b"\xff" + data[begin - 1 : at])
    if not drawn:
        raise ValueError("a JPEG without a picture")
    return b"".join((*kept, data[at:] if drawing else b""))


def _boxes_without_labels(data: bytes) -> bytes:
    """A JPEG 2000 picture without boxes of XML and of others; a bare codestream has none."""
    if data.startswith(b"\xff\x4f\xff\x51"):
        return data
    kept, at = [], 0
    while at + 8 <= len(data):
        length, name, head = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8], 8
        if length == 1:
            length, head = int.from_bytes(data[at + 8 : at + 16]), 16
        end = len(data) if length == 0 else at + length
        if end < at + head:
            raise ValueError("not a JPEG 2000 picture")
        if name in _KEPT_BOXES:
            kept.append(data[at:end])
        at = end
    if not kept:
        raise ValueError("a JPEG 2000 file without a picture")
    return b"".join(kept)


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:5])))
