"""The font of certificates, Noto Sans SC with 30,000 characters, and the characters that it lacks."""

import unicodedata
from functools import cache

import pylopdf_fonts_zh_cn

FONT = pylopdf_fonts_zh_cn.sans_path()


@cache
def _drawable() -> frozenset[int]:
    from fontTools.ttLib import TTFont  # loaded when it is needed: it costs a service 15 MB

    with TTFont(FONT, lazy=True) as font:
        return frozenset(font.getBestCmap())


def missing_in(*texts: str | None) -> list[str]:
    """The characters of `texts` that the font can't draw, each once and named by its code: `𠮷 (U+20BB7)`."""
    characters = dict.fromkeys(character for text in texts if text is not None for character in text)
    return [
        f"{character} (U+{ord(character):04X})"
        for character in characters
        if ord(character) not in _drawable() and unicodedata.category(character) not in {"Cc", "Zl", "Zp"}
    ]
