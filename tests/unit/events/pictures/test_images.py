"""Pictures are drawn anew: nothing of a file comes through but what people see, and hostile ones end their process."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from services.events.pictures import images
from services.events.pictures.images import NotAPicture, PictureTooLarge, drawn


def photo(kind: str = "JPEG", size: tuple[int, int] = (400, 200), orientation: int = 1) -> bytes:
    """A photo with a place, a comment and something behind its end."""
    labels = Image.Exif()
    labels[0x0112] = orientation
    labels[0x010E] = "canary-name"
    out = BytesIO()
    Image.new("RGB", size, "orange").save(out, kind, exif=labels)
    return out.getvalue() + b"canary-behind"


def test_a_picture_is_upright_bounded_and_without_its_labels() -> None:
    made = drawn(photo(size=(4000, 1000), orientation=6))
    assert (made.width, made.height) == (400, 1600)
    for data, longest in ((made.full, 1600), (made.small, 480)):
        with Image.open(BytesIO(data)) as image:
            assert (image.format, max(image.size), dict(image.getexif())) == ("JPEG", longest, {})
        assert b"canary" not in data


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_kinds_become_jpeg(kind: str) -> None:
    assert drawn(photo(kind)).full.startswith(b"\xff\xd8")


def _promising_png() -> bytes:
    """A few bytes that promise a canvas of a gigabyte."""
    parts = ((b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 6, 0, 0, 0)), (b"IDAT", b""))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def test_what_is_none_or_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for data in (b"", b"<svg onload='x'/>", b"GIF89a" + bytes(40), photo()[:60]):
        with pytest.raises(NotAPicture):
            drawn(data)
    with pytest.raises(PictureTooLarge):
        drawn(_promising_png())
    monkeypatch.setattr(images, "MAX_BYTES", 10)
    with pytest.raises(PictureTooLarge):
        drawn(photo())
