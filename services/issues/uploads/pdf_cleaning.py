"""Makes a PDF harmless: run as a process of its own, `python -I pdf_cleaning.py MEMORY SECONDS PAGES`.

The PDF comes in at standard input, what is kept goes out at standard output; the exit status says how it went. It is a
process of its own because a file of a few kilobytes can unfold into gigabytes, or keep a parser busy for ever: here it
meets the limits of memory and time that it was started with, and nothing else is harmed. It imports nothing of ours.

Kept are the pages: their content, fonts and pictures, with annotations and form fields drawn into them as they look.
Left out is everything that acts or tells: scripts, actions, links, embedded files, forms, outlines, media, metadata,
who made it when, thumbnails, private data of programs, and the labels inside of its JPEG pictures.
"""

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
_ELSEWHERE = ("/F", "/FFilter", "/FDecodeParms")
"""A stream whose content stands in a file of somebody's machine."""
_JPEG_LIMIT = 64 * 1024 * 1024
_KEPT_SEGMENTS = {0xE0, 0xEE}
"""JFIF and Adobe's note on colours; every other APPn, and comments, tell what is not seen."""


def main(memory: int, seconds: int, pages: int) -> int:
    """Clean one PDF within `memory` bytes and `seconds` of processor time."""
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
            sys.stdout.buffer.write(cleaned(pdf))
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
        for name in _TELLING:
            if name in thing:
                del thing[name]
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


def _without_labels(stream: pikepdf.Stream) -> None:
    """Take place, device and comments out of a JPEG picture; its pixels stay as they are."""
    for name in _ELSEWHERE:
        if name in stream:
            del stream[name]
    filters = stream.get("/Filter")
    names = [str(each) for each in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
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
    kept, at = [data[:2]], 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == 0xDA:
            return b"".join((*kept, data[at:]))
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if not (marker == 0xFE or 0xE0 <= marker <= 0xEF) or marker in _KEPT_SEGMENTS:
            kept.append(data[at:end])
        at = end
    raise ValueError("a JPEG without a picture")


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:4])))
