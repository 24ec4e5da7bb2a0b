"""Reads a QR code from its pixels, by ISO/IEC 18004 alone: byte mode, no damage; versions 1 to 10 at level M."""

import io
from collections.abc import Callable, Iterator

from PIL import Image

Modules = list[list[bool]]

_MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda y, x: (y + x) % 2 == 0,
    lambda y, x: y % 2 == 0,
    lambda y, x: x % 3 == 0,
    lambda y, x: (y + x) % 3 == 0,
    lambda y, x: (y // 2 + x // 3) % 2 == 0,
    lambda y, x: y * x % 2 + y * x % 3 == 0,
    lambda y, x: (y * x % 2 + y * x % 3) % 2 == 0,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2 == 0,
)
_BLOCKS_M = {
    1: (16,),
    2: (28,),
    3: (44,),
    4: (32, 32),
    5: (43, 43),
    6: (27,) * 4,
    7: (31,) * 4,
    8: (38, 38, 39, 39),
    9: (36, 36, 36, 37, 37),
    10: (43, 43, 43, 43, 44),
}
"""Data codewords of each block, by version (table 9)."""
_ALIGNED = {1: (), 2: (6, 18), 3: (6, 22), 4: (6, 26), 5: (6, 30), 6: (6, 34)} | {
    7: (6, 22, 38),
    8: (6, 24, 42),
    9: (6, 26, 46),
    10: (6, 28, 50),
}
_LEVEL_M = 0


def modules_of(png: bytes, scale: int) -> tuple[Modules, int]:
    """The dark modules of a picture, and how many light ones stand around them on every side."""
    picture = Image.open(io.BytesIO(png)).convert("L")
    across = picture.width // scale
    dark = [[picture.getpixel((x * scale, y * scale)) == 0 for x in range(across)] for y in range(across)]
    quiet = next(y for y, row in enumerate(dark) if any(row))
    for row in (*dark[:quiet], *dark[-quiet:]):
        if any(row):
            raise ValueError("the quiet zone is not quiet")
    return [row[quiet:-quiet] for row in dark[quiet:-quiet]], quiet


def read(modules: Modules) -> str:
    """The text of a code."""
    size = len(modules)
    version = (size - 17) // 4
    format_ = sum(modules[8][x] << (14 - place) for place, x in enumerate((0, 1, 2, 3, 4, 5, 7, 8)))
    format_ ^= 0b101010000010010
    if format_ >> 13 != _LEVEL_M:
        raise ValueError("another level of error correction than M")
    mask = _MASKS[format_ >> 10 & 7]
    bits = [modules[y][x] ^ mask(y, x) for y, x in _way(size) if not _reserved(y, x, size, version)]
    words = [_word(bits[at : at + 8]) for at in range(0, len(bits) - 7, 8)]
    return _text(b"".join(_blocks(words, _BLOCKS_M[version])), version)


def _word(bits: list[bool]) -> int:
    return sum(bit << (7 - place) for place, bit in enumerate(bits))


def _way(size: int) -> Iterator[tuple[int, int]]:
    """The modules in the order in which data runs: in columns of two, up and down, from the right."""
    upward = True
    for right in [*range(size - 1, 6, -2), *range(5, 0, -2)]:
        for step in range(size):
            y = size - 1 - step if upward else step
            yield y, right
            yield y, right - 1
        upward = not upward


def _reserved(y: int, x: int, size: int, version: int) -> bool:
    """Whether a module is part of a pattern, and no data."""
    if 6 in (y, x) or (y < 9 and (x < 9 or x >= size - 8)) or (y >= size - 8 and x < 9):
        return True
    if version >= 7 and ((y < 6 and x >= size - 11) or (x < 6 and y >= size - 11)):
        return True
    marks = _ALIGNED[version]
    corners = {(6, 6), (6, marks[-1]), (marks[-1], 6)} if marks else set()
    return any(abs(y - a) <= 2 and abs(x - b) <= 2 for a in marks for b in marks if (a, b) not in corners)


def _blocks(words: list[int], sizes: tuple[int, ...]) -> list[bytes]:
    """The data of each block: words of all blocks lie side by side."""
    found: list[list[int]] = [[] for _ in sizes]
    following = iter(words)
    for row in range(max(sizes)):
        for block, length in zip(found, sizes, strict=True):
            if row < length:
                block.append(next(following))
    return [bytes(block) for block in found]


def _text(data: bytes, version: int) -> str:
    bits = int.from_bytes(data)
    left = len(data) * 8

    def take(count: int) -> int:
        nonlocal left
        left -= count
        return bits >> left & (1 << count) - 1

    if take(4) != 0b0100:
        raise ValueError("no byte mode")
    length = take(8 if version < 10 else 16)
    return bytes(take(8) for _ in range(length)).decode()
