"""A program: draws the picture on its standard input anew, upright, as two JPEGs, within limits of memory and time.

What comes out has no place, device, comment or colour profile of the original, and nothing behind its end. Whatever a
file promises or hides (a canvas of gigabytes, thousands of scans), this process ends and no other. It imports nothing
of ours, so that it can be run alone (`python -I`).

It writes a line of JSON (width, height, length of the larger JPEG) and then both, or ends with one of the codes below.
"""

import json
import resource
import sys
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

FINE, BROKEN, TOO_LARGE = 0, 10, 11
SIDE, SMALL_SIDE = 1600, 480
_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF")


def main(memory: int, seconds: int, pixels: int) -> int:
    """Draw one picture of at most `pixels` within `memory` bytes and `seconds` of processor time."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):  # where memory is short, this process is to end and no other
        Path("/proc/self/oom_score_adj").write_text("1000")
    data = sys.stdin.buffer.read()
    try:
        return _draw(data, pixels)
    except MemoryError:
        return TOO_LARGE
    except Exception:  # decoders answer hostile bytes with errors of nearly every type
        return BROKEN


def _draw(data: bytes, pixels: int) -> int:
    import pillow_heif
    from PIL import Image

    pillow_heif.options.THUMBNAILS = pillow_heif.options.DEPTH_IMAGES = pillow_heif.options.AUX_IMAGES = False
    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # ours is the limit
    with Image.open(BytesIO(data), formats=_FORMATS) as image:
        if image.width * image.height > pixels:
            return TOO_LARGE
        image.draft("RGB", (SIDE, SIDE))
        full = _plain(image)
    small = full.copy()
    small.thumbnail((SMALL_SIDE, SMALL_SIDE), Image.Resampling.LANCZOS)
    first, second = _jpeg(full, 84), _jpeg(small, 80)
    head = {"width": full.width, "height": full.height, "length": len(first)}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + first + second)
    return FINE


def _plain(image: Any) -> Any:
    """The picture as RGB, small enough and upright, on white where it is transparent; nothing else of it."""
    from PIL import Image, ImageOps

    layer = image.convert("RGBA" if image.has_transparency_data else "RGB")
    layer.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    upright = ImageOps.exif_transpose(layer)
    plain = Image.new("RGB", upright.size, "white")
    plain.paste(upright, mask=upright if upright.mode == "RGBA" else None)
    return plain


def _jpeg(image: Any, quality: int) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:4])))
