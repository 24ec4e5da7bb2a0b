"""Sheets of A4 as PDF, with the characters of Noto Sans SC in them; the same content is the same file every time.

A character that the font has none for is never left out in silence: `missing_in` names it before a sheet is issued.
"""

import asyncio
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import ParamSpec

import pylopdf_fonts_zh_cn
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

FONT = pylopdf_fonts_zh_cn.sans_path()
_MARGIN = 18.0
_NAME = "sans"


@cache
def _drawable() -> frozenset[int]:
    with TTFont(FONT, lazy=True) as font:
        return frozenset(font.getBestCmap())


def missing_in(*texts: str) -> list[str]:
    """The characters that the font can't draw, each once and named by its code: `𠮷 (U+20BB7)`."""
    characters = dict.fromkeys(character for text in texts for character in text)
    return [
        f"{character} (U+{ord(character):04X})"
        for character in characters
        if ord(character) not in _drawable() and unicodedata.category(character) not in {"Cc", "Cf", "Zl", "Zp"}
    ]


_ONE_AT_A_TIME = asyncio.Semaphore(1)
P = ParamSpec("P")


async def drawing(draw: Callable[P, bytes], *args: P.args, **kwargs: P.kwargs) -> bytes:
    """What `draw` makes, in a thread: a sheet takes a second of a processor. One is drawn at a time."""
    async with _ONE_AT_A_TIME:
        return await asyncio.to_thread(draw, *args, **kwargs)


class Paper(FPDF):
    """A document of A4 sheets in one language, as of a moment."""

    def __init__(self, title: str, language: str, at: datetime) -> None:
        super().__init__(format="A4")
        self.add_font(_NAME, fname=str(FONT))
        self.set_margin(_MARGIN)
        self.set_auto_page_break(auto=True, margin=_MARGIN)
        self.set_lang("en" if language == "en" else "zh-CN")
        self.set_title(title)
        self.set_creation_date(at)
        self.add_page()

    def headline(self, text: str, size: float = 22) -> None:
        """A line in the middle."""
        self.set_font(_NAME, size=size)
        self.multi_cell(0, size * 0.55, text, align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def note(self, text: str, size: float = 9.5) -> None:
        """A paragraph in small letters."""
        self.set_font(_NAME, size=size)
        self.multi_cell(0, size * 0.58, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(1.5)

    def rows(self, rows: Sequence[Sequence[str]], widths: Sequence[int], *, headed: bool = False) -> None:
        """A table, with lines between its rows; `headed`: the first row stands on every sheet."""
        self.set_font(_NAME, size=11)
        head = FontFace(fill_color=(240, 236, 230))
        with self.table(
            col_widths=tuple(widths),
            borders_layout="HORIZONTAL_LINES",
            first_row_as_headings=headed,
            headings_style=head,
            line_height=7,
            padding=1.5,
        ) as table:
            for row in rows:
                table.row(row)

    def bytes(self) -> bytes:
        """The file."""
        return bytes(self.output())
