"""Makes a picture that somebody sent harmless: a process with limits draws it anew, and the original is dropped."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from services.chassis.errors import Invalid
from services.events.pictures import drawing

MAX_BYTES = 15 * 1024 * 1024
MAX_PIXELS = 50_000_000
_MEMORY, _SECONDS, _PATIENCE = 900 * 1024 * 1024, 20, 60.0


class NotAPicture(
    Invalid,
    code="picture.not-a-picture",
    zh="无法识别的图片，请上传 JPEG、PNG、WebP、HEIC 或 AVIF 格式的图片。",
    en="This is not a picture that can be read; send JPEG, PNG, WebP, HEIC or AVIF.",
):
    """The content is no picture that can be read, whatever name or type it was sent with."""


class PictureTooLarge(
    Invalid,
    code="picture.too-large",
    status=413,
    zh="图片过大（上限 {megabytes} MB、{megapixels} 百万像素）。",
    en="The picture is too large (limits: {megabytes} MB, {megapixels} megapixels).",
):
    """The picture has more bytes or pixels than are taken, or needs more memory to be drawn."""

    def __init__(self) -> None:
        super().__init__(megabytes=MAX_BYTES // 1024 // 1024, megapixels=MAX_PIXELS // 1_000_000)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Two JPEGs of one picture, and the size of the larger in pixels."""

    full: bytes
    small: bytes
    width: int
    height: int


def drawn(data: bytes) -> Drawn:
    """The picture in `data`, drawn anew. The call waits for a process, so it belongs in a thread.

    Raises:
        NotAPicture: `data` is no picture that can be read, or drawing it takes longer than a picture may.
        PictureTooLarge: `data` has too many bytes or pixels, or drawing it takes too much memory.
    """
    if len(data) > MAX_BYTES:
        raise PictureTooLarge()
    limits = [str(limit) for limit in (_MEMORY, _SECONDS, MAX_PIXELS)]
    program = [sys.executable, "-I", str(Path(drawing.__file__)), *limits]
    try:
        done = subprocess.run(program, input=data, capture_output=True, timeout=_PATIENCE, env={}, check=False)  # noqa: S603  no word of a stranger
    except subprocess.TimeoutExpired:
        raise NotAPicture() from None
    if done.returncode == drawing.TOO_LARGE:
        raise PictureTooLarge()
    if done.returncode != drawing.FINE:
        raise NotAPicture()
    line, _, both = done.stdout.partition(b"\n")
    head = json.loads(line)
    return Drawn(both[: head["length"]], both[head["length"] :], head["width"], head["height"])
