"""Pictures from strangers: what is kept is drawn anew, what is hostile is refused before it costs anything."""

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pillow_heif import from_pillow

from services.issues.uploads import images
from services.issues.uploads.images import (
    FULL_SIDE,
    MAX_BYTES,
    MAX_SCANS,
    THUMBNAIL_SIDE,
    NotAPicture,
    PictureBrokenOff,
    PictureTooLarge,
    redraw,
)

SECRET = b"GPS 38.07N 114.46E"


def a_picture(
    kind: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", colour: Any = (200, 30, 30), **options: Any
) -> bytes:
    out, image = BytesIO(), Image.new(mode, size, colour)
    if kind == "HEIC":
        from_pillow(image).save(out, **options)
    else:
        image.save(out, kind, **options)
    return out.getvalue()


def opened(jpeg: bytes) -> Image.Image:
    image = Image.open(BytesIO(jpeg))
    image.load()
    return image


def pixel_of(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    pixel = image.getpixel((x, y))
    assert isinstance(pixel, tuple)
    return tuple(int(band) for band in pixel)


def exif(orientation: int = 1) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010E] = SECRET.decode()
    tags.get_ifd(0x8825)[1] = "N"
    return tags


@pytest.mark.parametrize("kind", ["JPEG", "MPO", "HEIC", "AVIF", "PNG", "WEBP"])
def test_all_kinds_become_jpegs_of_the_same_size(kind: str) -> None:
    picture = redraw(a_picture(kind))
    assert (picture.width, picture.height) == (60, 40)
    assert opened(picture.full).format == opened(picture.thumbnail).format == "JPEG"
    pixel = pixel_of(opened(picture.full), 30, 20)
    assert all(abs(got - want) < 12 for got, want in zip(pixel, (200, 30, 30), strict=True))


@pytest.mark.parametrize(
    "data",
    [
        a_picture("JPEG", exif=exif(), comment=SECRET),
        a_picture("WEBP", exif=exif()),
        a_picture("PNG", exif=exif()),
        a_picture("HEIC", exif=exif().tobytes()),
        a_picture("AVIF", exif=exif()),
        a_picture("MPO", exif=exif(), save_all=True, append_images=[Image.new("RGB", (60, 40), "blue")]),
        a_picture("JPEG", icc_profile=SECRET),
        a_picture("JPEG") + SECRET + b"<script>alert(1)</script>",
    ],
)
def test_nothing_of_the_original_but_its_pixels_is_kept(data: bytes) -> None:
    assert SECRET in data
    picture = redraw(data)
    for kept in (picture.full, picture.thumbnail):
        assert SECRET not in kept
        assert b"<script" not in kept
        assert b"Exif" not in kept
        assert not opened(kept).getexif()


@pytest.mark.parametrize("kind", ["JPEG", "HEIC", "AVIF"])
def test_a_picture_is_turned_as_the_camera_meant_it(kind: str) -> None:
    tags = exif(orientation=6)
    assert redraw(a_picture(kind, (60, 40), exif=tags.tobytes() if kind == "HEIC" else tags)).width == 40


def test_large_pictures_are_made_smaller_and_small_ones_stay() -> None:
    picture = redraw(a_picture(size=(5000, 1000)))
    assert picture.width == FULL_SIDE
    assert abs(picture.height - FULL_SIDE / 5) <= 1
    assert max(opened(picture.thumbnail).size) == THUMBNAIL_SIDE


@pytest.mark.parametrize(("mode", "colour"), [("RGBA", (0, 0, 0, 0)), ("LA", (0, 0)), ("P", 0)])
def test_what_is_transparent_becomes_white(mode: str, colour: Any) -> None:
    options: dict[str, Any] = {"transparency": 0} if mode == "P" else {}
    picture = redraw(a_picture("PNG", mode=mode, colour=colour, **options))
    assert min(pixel_of(opened(picture.full), 5, 5)) > 245


@pytest.mark.parametrize(("mode", "colour"), [("L", 9), ("1", 1), ("CMYK", (1, 2, 3, 4)), ("I;16", 900)])
def test_other_colour_spaces_are_read(mode: str, colour: Any) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert opened(redraw(a_picture(kind, mode=mode, colour=colour)).full).mode == "RGB"


def test_grey_of_16_bits_is_as_bright_as_it_was() -> None:
    plain = opened(redraw(a_picture("PNG", mode="I;16", colour=128 * 257)).full)
    assert pixel_of(plain, 30, 20) == (128, 128, 128)
    marked = opened(redraw(a_picture("PNG", mode="I;16", colour=64 * 257, transparency=64)).full)
    assert pixel_of(marked, 30, 20) == (64, 64, 64)


@pytest.mark.parametrize("kind", ["MPO", "HEIC", "AVIF"])
def test_of_several_pictures_in_a_file_the_first_is_taken(kind: str) -> None:
    first, second = Image.new("RGB", (60, 40), (200, 30, 30)), Image.new("RGB", (80, 80), "blue")
    out = BytesIO()
    if kind == "HEIC":
        both = from_pillow(first)
        both.add_from_pillow(second)
        both.save(out)
    else:
        first.save(out, kind, save_all=True, append_images=[second.resize(first.size) if kind == "AVIF" else second])
    picture = redraw(out.getvalue())
    assert (picture.width, picture.height) == (60, 40)
    assert pixel_of(opened(picture.full), 30, 20)[0] > 150


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
@pytest.mark.parametrize("missing", [1, 2, 3, 400])
def test_a_jpeg_whose_last_bytes_are_missing_is_read_as_far_as_it_goes(missing: int, options: dict[str, Any]) -> None:
    out = BytesIO()
    Image.effect_noise((64, 64), 60).convert("RGB").save(out, "JPEG", quality=95, **options)
    assert len(out.getvalue()) > 3000
    picture = redraw(out.getvalue()[:-missing])
    assert (picture.width, picture.height) == (64, 64)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"mode": "CMYK"}, {"mode": "L"}])
def test_a_jpeg_of_which_more_than_half_is_missing_shows_nothing(options: dict[str, Any]) -> None:
    """Its head alone would be a grey picture, and the proof of a repair."""
    out, mode = BytesIO(), options.pop("mode", "RGB")
    Image.effect_noise((200, 200), 60).convert(mode).save(out, "JPEG", quality=95, **options)
    whole = out.getvalue()
    head = whole.index(b"\xff\xda") + 20
    for kept in (head,) if options else (head, len(whole) // 20):  # later scans add to the whole of it
        with pytest.raises(PictureBrokenOff):
            redraw(whole[:kept])
    assert redraw(whole[: len(whole) * 9 // 10]).height == 200
    grey = BytesIO()
    Image.new("RGB", (64, 64), (128, 128, 128)).save(grey, "JPEG")
    assert redraw(grey.getvalue()).height == 64


@pytest.mark.parametrize("kind", ["HEIC", "AVIF"])
def test_what_a_process_takes_too_long_or_too_much_memory_to_unpack_is_refused(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    data = a_picture(kind)
    monkeypatch.setattr(images, "MAX_PIXELS", 60 * 40 - 1)
    with pytest.raises(PictureTooLarge):
        redraw(data)
    monkeypatch.setattr(images, "MAX_PIXELS", 60 * 40)
    monkeypatch.setattr(images, "_PATIENCE", 0.0)
    with pytest.raises(NotAPicture):
        redraw(data)
    monkeypatch.setattr(images, "_PATIENCE", 60.0)
    monkeypatch.setattr(images, "_MEMORY", 48 * 1024 * 1024)
    with pytest.raises((NotAPicture, PictureTooLarge)):
        redraw(data)


def a_bomb(width: int, height: int) -> bytes:
    """A PNG whose header promises a large picture, and whose little data unpacks to far too much."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(10_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(8000, 8000), (50_000, 50_000), (2**31 - 1, 2**31 - 1)])
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_bomb_is_refused_by_its_header(size: tuple[int, int]) -> None:
    with pytest.raises(PictureTooLarge):
        redraw(a_bomb(*size))


@pytest.mark.parametrize(
    ("kind", "mode", "size", "options"),
    [
        ("WEBP", "RGBA", (4000, 4000), {"lossless": True, "method": 0}),
        ("PNG", "P", (5000, 5000), {"transparency": 0}),
        ("JPEG", "RGB", (7000, 7000), {"progressive": True, "subsampling": 0}),
        ("JPEG", "CMYK", (20_000, 2040), {}),
    ],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_what_takes_too_much_memory_to_draw_is_refused_before_it_is_unpacked(
    monkeypatch: pytest.MonkeyPatch, kind: str, mode: str, size: tuple[int, int], options: dict[str, Any]
) -> None:
    """A few bytes of a single colour: the pod would be killed, not the request refused."""
    data = a_picture(kind, size, mode, 0, **options)
    monkeypatch.setattr(images, "_plain", lambda image: pytest.fail("unpacked"))
    with pytest.raises(PictureTooLarge):
        redraw(data)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_what_a_phone_takes_is_not_too_large() -> None:
    assert redraw(a_picture("JPEG", (8160, 6120), "L", 90)).width == FULL_SIDE
    assert redraw(a_picture("JPEG", (4000, 3000), progressive=True)).width == FULL_SIDE
    assert redraw(a_picture("PNG", (1440, 10_000), "L", 90)).height == FULL_SIDE


def of_scans(count: int) -> bytes:
    """A JPEG that goes over its pixels `count` times more than it needs to."""
    jpeg = a_picture("JPEG", progressive=True)
    last, end = jpeg.rfind(b"\xff\xda"), jpeg.rfind(b"\xff\xd9")
    return jpeg[:end] + jpeg[last:end] * count + jpeg[end:]


def test_a_jpeg_of_scans_without_end_is_refused() -> None:
    assert redraw(of_scans(20)).width == 60
    for data in (of_scans(MAX_SCANS), a_picture()[:2] + b"\xff\xfe\0\2" * 100_000 + a_picture()[2:]):
        with pytest.raises(NotAPicture):
            redraw(data)
    behind = a_picture("JPEG", progressive=True) + b"\xff\xda" * 1000
    assert redraw(behind).width == 60


def test_a_png_of_pieces_without_end_is_refused() -> None:
    png, empty = a_picture("PNG"), b"\0\0\0\0abCd" + zlib.crc32(b"abCd").to_bytes(4)
    assert redraw(png[:33] + empty * 1000 + png[33:]).width == 60
    with pytest.raises(NotAPicture):
        redraw(png[:33] + empty * 100_000 + png[33:])


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(PictureTooLarge):
        redraw(a_picture() + bytes(MAX_BYTES))


def gif() -> bytes:
    return a_picture("GIF", mode="P", colour=1)


CUT = [
    a_picture("HEIC")[:-100],
    a_picture("AVIF")[:-40],
    a_picture("HEIC")[:200],
    b"\0\0\0\x18ftypheic",
    b"\0\0\0\x18ftypmp42",
]


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"<svg/>", gif(), a_picture()[:200], a_picture("PNG")[:60], *CUT])
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(NotAPicture):
        redraw(data)


WHOLE = [a_picture("JPEG", exif=exif()), a_picture("PNG"), a_picture("WEBP")]


@settings(max_examples=150)
@given(whole=st.sampled_from(WHOLE), at=st.integers(0, 2000), junk=st.binary(max_size=12), cut=st.integers(0, 50))
@pytest.mark.filterwarnings("ignore")
def test_damaged_pictures_are_read_or_refused_and_nothing_else(whole: bytes, at: int, junk: bytes, cut: int) -> None:
    at %= len(whole)
    damaged = whole[:at] + junk + whole[at + len(junk) : len(whole) - cut]
    try:
        redraw(damaged)
    except (NotAPicture, PictureTooLarge):
        return
