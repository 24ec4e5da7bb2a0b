"""Unpacks a HEIC or AVIF picture: a process of its own, `python -I picture_unpacking.py MEMORY SECONDS PIXELS SIDE`.

The picture comes in at standard input. At standard output go a line of JSON (width, height, Exif labels in base64) and
then, where SIDE is not 0, the pixels as RGB: upright, on white where it is transparent, no side longer than SIDE. The
exit status says how it went. It is a process of its own because such a file is a tree of pictures made of one another:
a few kilobytes can ask for the same canvas a thousand times. It imports nothing of ours.

Of a file with several pictures the first one, which the camera calls the primary one, is taken.
"""

import base64
import json
import resource
import sys
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

FINE = 0
BROKEN = 10
TOO_LARGE = 11

_LONGEST_LABELS = 256 * 1024
_FORMATS = ("HEIF", "AVIF")


def main(memory: int, seconds: int, pixels: int, side: int) -> int:
    """Unpack one picture of at most `pixels` within `memory` bytes and `seconds` of processor time."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):  # where memory is short, this process is to end and no other
        Path("/proc/self/oom_score_adj").write_text("1000")
    data = sys.stdin.buffer.read()
    try:
        return _unpack(data, pixels, side)
    except MemoryError:
        return TOO_LARGE
    except Exception:  # decoders answer hostile bytes with errors of nearly every type
        return BROKEN


def _unpack(data: bytes, pixels: int, side: int) -> int:
    import pillow_heif
    from PIL import Image, ImageOps

    pillow_heif.options.THUMBNAILS = pillow_heif.options.DEPTH_IMAGES = pillow_heif.options.AUX_IMAGES = False
    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # ours is the limit
    with Image.open(BytesIO(data), formats=_FORMATS) as image:
        if image.width * image.height > pixels:
            return TOO_LARGE
        labels = image.info.get("exif") or b""
        head = {"exif": base64.b64encode(labels if len(labels) <= _LONGEST_LABELS else b"").decode()}
        if side == 0:
            _tell(image, head)
            return FINE
        layer = image.convert("RGBA") if image.has_transparency_data else image.convert("RGB")
        layer.thumbnail((side, side), Image.Resampling.LANCZOS)
        upright = ImageOps.exif_transpose(layer)
        plain = upright
        if upright.mode == "RGBA":
            plain = Image.new("RGB", upright.size, "white")
            plain.paste(upright, mask=upright)
        _tell(plain, head)
        sys.stdout.buffer.write(plain.tobytes())
    return FINE


def _tell(image: Any, head: dict[str, str]) -> None:
    line = {"width": image.width, "height": image.height, **head}
    sys.stdout.buffer.write(json.dumps(line).encode() + b"\n")


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:5])))
