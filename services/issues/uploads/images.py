"""Makes a picture that somebody sent harmless: recognised by its content, bounded, drawn anew without its metadata.

What comes out is always a JPEG of our own making: no place, device, comment or colour profile of the original, nothing
behind its end, turned as the camera meant it. The original is dropped.
"""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

from services.chassis.errors import Invalid

MAX_BYTES = 15 * 1024 * 1024
MAX_PIXELS = 50_000_000
FULL_SIDE = 2048
THUMBNAIL_SIDE = 320
_FORMATS = ("JPEG", "PNG", "WEBP")


class NotAPicture(
    Invalid,
    code="photo.not-a-picture",
    zh="无法识别的图片，请上传 JPEG、PNG 或 WebP 格式的照片。",
    en="This is not a picture that can be read; send JPEG, PNG or WebP.",
):
    """By its content, whatever its name or type say."""


class PictureTooLarge(
    Invalid,
    code="photo.too-large",
    status=413,
    zh="图片过大（上限 {megabytes} MB、{megapixels} 百万像素）。",
    en="The picture is too large (limits: {megabytes} MB, {megapixels} megapixels).",
):
    """In bytes, or in pixels once unpacked."""

    def __init__(self) -> None:
        super().__init__(megabytes=MAX_BYTES // 1024 // 1024, megapixels=MAX_PIXELS // 1_000_000)


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
        PictureTooLarge: more bytes or pixels than allowed; found out before it is unpacked.
    """
    if len(data) > MAX_BYTES:
        raise PictureTooLarge()
    try:
        return _redraw(data)
    except (PictureTooLarge, Image.DecompressionBombError):
        raise PictureTooLarge() from None
    except Exception:  # Pillow's decoders answer hostile bytes with errors of nearly every type
        raise NotAPicture() from None


def _redraw(data: bytes) -> Picture:
    with Image.open(BytesIO(data), formats=_FORMATS) as image:
        if image.width * image.height > MAX_PIXELS:
            raise PictureTooLarge()
        image.draft("RGB", (FULL_SIDE, FULL_SIDE))
        full = _plain(image)
    full.thumbnail((FULL_SIDE, FULL_SIDE), Image.Resampling.LANCZOS)
    thumbnail = full.copy()
    thumbnail.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    return Picture(_jpeg(full, 85), _jpeg(thumbnail, 80), full.width, full.height)


def _plain(image: Image.Image) -> Image.Image:
    """The pixels as RGB, turned upright, on white where they are transparent; nothing else of the original."""
    upright = ImageOps.exif_transpose(image)
    if upright.has_transparency_data:
        layer = upright.convert("RGBA")
        plain = Image.new("RGB", layer.size, "white")
        plain.paste(layer, mask=layer)
    else:
        plain = upright.convert("RGB")
    plain.info.clear()
    return plain


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()
