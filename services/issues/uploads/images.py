"""Makes a picture that somebody sent harmless: recognised by its content, bounded, drawn anew without its metadata.

What comes out is always a JPEG of our own making: no place, device, comment or colour profile of the original, nothing
behind its end, turned as the camera meant it. The original is dropped.

What drawing costs is known before it begins: a few bytes can promise a canvas of a gigabyte, or thousands of scans that
each go over all pixels again. What HEIC and AVIF cost can't be told beforehand: a process with limits unpacks them.
"""

import base64
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps
from PIL.JpegImagePlugin import JpegImageFile

from services.chassis.errors import Invalid
from services.issues.uploads import picture_unpacking

MAX_BYTES = 15 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_SCANS = 64
"""How many scans a JPEG may come in; programs write ten or so."""
FULL_SIDE = 2048
THUMBNAIL_SIDE = 320
_FORMATS = ("PNG", "WEBP")
_ROOM = 256 * 1024 * 1024
"""Bytes that drawing one picture may take."""
_BYTES_PER_PIXEL = {"PNG": 13, "WEBP": 20}
"""Measured: a WebP is unpacked onto two canvases, copied out of them, and copied once more."""
_BYTES_OF_JPEG, _BYTES_OF_SCANS, _BYTES_OF_INK = 5, 6, 4
"""For each pixel that is drawn; for each of the original where it comes in several scans; for four colours."""
_OTHERS = _ROOM // max(_BYTES_PER_PIXEL.values())
_SEGMENTS, _CHUNKS = 5000, 20_000
"""How many pieces a JPEG and a PNG may be cut into; a million empty ones are read for five seconds."""
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG, _SCAN_OF_JPEG, _END_OF_JPEG = b"\xff\xd8", b"\xff\xda", b"\xff\xd9"
_MEMORY, _SECONDS, _PATIENCE = 800 * 1024 * 1024, 20, 60.0
"""What the process may take that unpacks HEIC and AVIF: measured at 50 megapixels, transparent ones need 700 MiB."""
_OF_16_BITS = 255 / 65535
"""What a level of grey in 16 bits is in 8."""
_GREY = (127, 128)
"""What a part of a JPEG that is missing becomes, in each colour; in print colours it is the former."""
_MARKER = re.compile(rb"\xff+([^\xff\x00\xd0-\xd7])")
_LONE, _END, _SCAN = (0x01, 0xD8), 0xD9, 0xDA


class NotAPicture(
    Invalid,
    code="photo.not-a-picture",
    zh="无法识别的图片，请上传 JPEG、HEIC、AVIF、PNG 或 WebP 格式的照片。",
    en="This is not a picture that can be read; send JPEG, HEIC, AVIF, PNG or WebP.",
):
    """The content is no picture that can be read, whatever name or type it was sent with."""


class PictureBrokenOff(
    NotAPicture,
    code="photo.broken-off",
    zh="照片没有传完整，一半以上缺失，请重新上传。",
    en="More than half of the picture is missing; please send it again.",
):
    """A JPEG breaks off so early that it would show next to nothing, and yet pass for a photo of a repair."""


class PictureTooLarge(
    Invalid,
    code="photo.too-large",
    status=413,
    zh="图片过大（上限 {megabytes} MB、{megapixels} 百万像素；PNG 和 WebP {others} 百万像素）。",
    en="The picture is too large (limits: {megabytes} MB, {megapixels} megapixels; {others} for PNG and WebP).",
):
    """The picture has more bytes than are taken, or more pixels once it is unpacked."""

    def __init__(self) -> None:
        megabytes, megapixels, others = MAX_BYTES // 1024 // 1024, MAX_PIXELS // 1_000_000, _OTHERS // 1_000_000
        super().__init__(megabytes=megabytes, megapixels=megapixels, others=others)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A HEIC or AVIF picture: its pixels, upright and small enough (None where they were not asked for), and the labels
    that it came with."""

    image: Image.Image | None
    exif: bytes


@dataclass(frozen=True, slots=True)
class Picture:
    """Two JPEGs of one picture, and the size of the larger in pixels."""

    full: bytes
    thumbnail: bytes
    width: int
    height: int


def redraw(data: bytes) -> Picture:
    """The picture in `data`, drawn anew. Takes processor time: call it in a thread.

    Raises:
        NotAPicture: it is none, or a broken one.
        PictureBrokenOff: more than half of a JPEG is missing.
        PictureTooLarge: more bytes or pixels than allowed; found out before it is unpacked.
    """
    if len(data) > MAX_BYTES:
        raise PictureTooLarge()
    try:
        return _redraw(data)
    except PictureBrokenOff:
        raise
    except (PictureTooLarge, Image.DecompressionBombError):
        raise PictureTooLarge() from None
    except Exception:  # Pillow's decoders answer hostile bytes with errors of nearly every type
        raise NotAPicture() from None


def is_boxed(data: bytes) -> bool:
    """Whether `data` begins as files of HEIC and AVIF do: with a box that names their kind."""
    return data[4:8] == b"ftyp"


def unpacked(data: bytes, side: int = FULL_SIDE) -> Unpacked:
    """The HEIC or AVIF picture in `data`, no side longer than `side`; 0: its labels alone. Takes a process.

    Raises:
        NotAPicture: it is none, or needs more time to unpack than a picture may.
        PictureTooLarge: it has more pixels than allowed, or needs more memory.
    """
    limits = [str(limit) for limit in (_MEMORY, _SECONDS, MAX_PIXELS, side)]
    program = [sys.executable, "-I", str(Path(picture_unpacking.__file__)), *limits]
    try:
        done = subprocess.run(program, input=data, capture_output=True, timeout=_PATIENCE, env={}, check=False)  # noqa: S603  no word of a stranger
    except subprocess.TimeoutExpired:
        raise NotAPicture() from None
    if done.returncode == picture_unpacking.TOO_LARGE:
        raise PictureTooLarge()
    if done.returncode != picture_unpacking.FINE:
        raise NotAPicture()
    line, _, pixels = done.stdout.partition(b"\n")
    head = json.loads(line)
    image = Image.frombytes("RGB", (head["width"], head["height"]), pixels) if side else None
    return Unpacked(image, base64.b64decode(head["exif"]))


def _redraw(data: bytes) -> Picture:
    full = unpacked(data).image if is_boxed(data) else _drawn(data)
    if full is None:
        raise NotAPicture()
    thumbnail = full.copy()
    thumbnail.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    return Picture(_jpeg(full, 85), _jpeg(thumbnail, 80), full.width, full.height)


def _drawn(data: bytes) -> Image.Image:
    scans = _scans(data)
    is_jpeg = data.startswith(_JPEG)
    if scans > MAX_SCANS or (is_jpeg and not scans) or _has_too_many_chunks(data):
        raise NotAPicture()
    # The first picture of a file of several (MPO) is a JPEG like any other. One that breaks off is given an end: what
    # is missing becomes grey, which may be less than half.
    with JpegImageFile(BytesIO(data + _END_OF_JPEG)) if is_jpeg else _opened(data) as image:
        pixels = image.width * image.height
        if pixels > MAX_PIXELS:
            raise PictureTooLarge()
        image.draft("RGB", (FULL_SIDE, FULL_SIDE))
        if _cost(image, pixels, scans) > _ROOM:
            raise PictureTooLarge()
        if is_jpeg and _breaks_off(data) and _is_half_empty(image):
            raise PictureBrokenOff()
        return _plain(image)


def _breaks_off(data: bytes) -> bool:
    """Whether the JPEG in `data` ends before its last scan does."""
    return data.rfind(_END_OF_JPEG) < data.rfind(_SCAN_OF_JPEG)


def _is_half_empty(image: Image.Image) -> bool:
    """Whether the lower half of `image` is all grey, as what is missing becomes."""
    extremes = image.crop((0, image.height // 2, image.width, image.height)).getextrema()
    bands = extremes if isinstance(extremes[0], tuple) else (extremes,)
    return all(low == high and low in _GREY for low, high in bands)


def _opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data), formats=_FORMATS)


def _cost(image: Image.Image, pixels: int, scans: int) -> int:
    """Bytes that drawing `image` takes, of `pixels`; a JPEG's may be fewer by now."""
    if image.format != "JPEG":
        return pixels * _BYTES_PER_PIXEL[str(image.format)]
    drawn = _BYTES_OF_JPEG + (_BYTES_OF_INK if image.mode == "CMYK" else 0)
    return image.width * image.height * drawn + (pixels * _BYTES_OF_SCANS if scans > 1 else 0)


def _scans(data: bytes) -> int:
    """In how many scans the JPEG in `data` comes; 0 where it is none. No further than is allowed."""
    if not data.startswith(_JPEG):
        return 0
    scans, at = 0, 2
    for _ in range(_SEGMENTS):
        found = _MARKER.search(data, at)
        if found is None or found[1][0] == _END or scans > MAX_SCANS:
            return scans
        at = found.end()
        if found[1][0] not in _LONE:
            scans += found[1][0] == _SCAN
            at += int.from_bytes(data[at : at + 2])
    raise NotAPicture()


def _has_too_many_chunks(data: bytes) -> bool:
    """Whether the PNG in `data` is cut into more pieces than a program cuts it."""
    if not data.startswith(_PNG):
        return False
    at = len(_PNG)
    for _ in range(_CHUNKS):
        if at >= len(data):
            return False
        at += 12 + int.from_bytes(data[at : at + 4])
    return True


def _plain(image: Image.Image) -> Image.Image:
    """The picture as RGB, no larger than allowed and upright, on white where it is transparent; nothing else of it."""
    if image.mode.startswith("I;16"):  # Pillow would cut off its bright parts instead of scaling them
        image = image.point(lambda level: level * _OF_16_BITS).convert("L")
        image.info.pop("transparency", None)  # a level of 16 bits
    mode = "RGBA" if image.has_transparency_data else "RGB"
    layer = image if image.mode == mode else image.convert(mode)
    layer.thumbnail((FULL_SIDE, FULL_SIDE), Image.Resampling.LANCZOS)
    upright = ImageOps.exif_transpose(layer)
    if mode == "RGBA":
        plain = Image.new("RGB", upright.size, "white")
        plain.paste(upright, mask=upright)
        return plain
    upright.info.clear()
    return upright


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()
