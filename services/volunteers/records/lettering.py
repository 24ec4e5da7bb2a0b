"""The font of certificates: Noto Sans SC, with 30,000 characters, and which characters it has none for."""

import unicodedata
from functools import cache

import pylopdf_fonts_zh_cn
from fontTools.ttLib import TTFont

FONT = pylopdf_fonts_zh_cn.sans_path()


@cache
def _drawable() -> frozenset[int]:
    with TTFont(FONT, lazy=True) as font:
        return frozenset(font.getBestCmap())


def missing_in(*texts: str | None) -> list[str]:
    """The characters that the font can't draw, each once and named by its code: `𠮷 (U+20BB7)`."""
    characters = dict.fromkeys(character for text in texts if text is not None for character in text)
    return [
        f"{character} (U+{ord(character):04X})"
        for character in characters
        if ord(character) not in _drawable() and unicodedata.category(character) not in {"Cc", "Zl", "Zp"}
    ]
