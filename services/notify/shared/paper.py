"""Sheets of A4 as PDF, with the characters of Noto Sans SC in them; the same content is the same file every time.

A character that the font has none for is never left out in silence: `missing_in` names it before a sheet is issued.

fpdf2 and fontTools are loaded with the first sheet: they cost a service 30 MB and a second of its start.
"""

import asyncio
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import ParamSpec

import pylopdf_fonts_zh_cn

FONT = pylopdf_fonts_zh_cn.sans_path()
_MARGIN = 18.0
_NAME = "sans"
_HEAD = 48.0
_AMBER, _SUN, _BROWN, _LINE = (248, 182, 45), (255, 228, 150), (62, 39, 12), (226, 214, 196)


@cache
def _drawable() -> frozenset[int]:
    from fontTools.ttLib import TTFont

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


class Paper:
    """A document of A4 sheets in one language, as of a moment."""

    def __init__(self, title: str, language: str, at: datetime) -> None:
        from fpdf import FPDF

        self._pdf = FPDF(format="A4")
        self._pdf.add_font(_NAME, fname=str(FONT))
        self._pdf.set_margin(_MARGIN)
        self._pdf.set_auto_page_break(auto=True, margin=_MARGIN)
        self._pdf.set_lang("en" if language == "en" else "zh-CN")
        self._pdf.set_title(title)
        self._pdf.set_creation_date(at)
        self._pdf.add_page()

    def masthead(self, kicker: str, name: str, line: str) -> None:
        """The head of a sheet that hangs on a wall: what it is, of whom and of when, on the colours of the board."""
        pdf, width = self._pdf, self._pdf.w
        pdf.set_fill_color(*_AMBER)
        pdf.rect(0, 0, width, _HEAD, style="F")
        pdf.set_fill_color(*_SUN)
        for degrees in range(0, 360, 15):
            with pdf.rotation(degrees, width - 38, _HEAD / 2):
                pdf.rect(width - 38 + 17, _HEAD / 2 - 0.5, 5, 1, style="F")
        pdf.ellipse(width - 52, _HEAD / 2 - 14, 28, 28, style="F")
        pdf.set_text_color(*_BROWN)
        pdf.set_xy(_MARGIN, 11)
        for text, size in ((kicker, 13), (name, 30), (line, 13)):
            pdf.set_font(_NAME, size=size)
            pdf.multi_cell(width - 2 * _MARGIN - 40, size * 0.5, text, new_x="LMARGIN", new_y="NEXT")
            pdf.ln(1.5)
        pdf.set_text_color(0, 0, 0)
        pdf.set_y(_HEAD + 10)

    def figures(self, rows: Sequence[tuple[str, str]]) -> None:
        """Figures that are read from a step away: what each is, and how many."""
        pdf = self._pdf
        pdf.set_draw_color(*_LINE)
        for said, count in rows:
            pdf.set_font(_NAME, size=15)
            pdf.cell(120, 15, said)
            pdf.set_font(_NAME, size=22)
            pdf.cell(0, 15, count, align="R", new_x="LMARGIN", new_y="NEXT")
            pdf.line(_MARGIN, pdf.get_y(), pdf.w - _MARGIN, pdf.get_y())

    def headline(self, text: str, size: float = 22) -> None:
        """A line in the middle."""
        self._pdf.set_font(_NAME, size=size)
        self._pdf.multi_cell(0, size * 0.55, text, align="C", new_x="LMARGIN", new_y="NEXT")

    def note(self, text: str, size: float = 9.5) -> None:
        """A paragraph in small letters."""
        self._pdf.set_font(_NAME, size=size)
        self._pdf.multi_cell(0, size * 0.58, text, new_x="LMARGIN", new_y="NEXT")
        self._pdf.ln(1.5)

    def space(self, height: float) -> None:
        """Nothing, for so many millimetres."""
        self._pdf.ln(height)

    def rows(self, rows: Sequence[Sequence[str]], widths: Sequence[int], *, headed: bool = False) -> None:
        """A table, with lines between its rows; `headed`: the first row stands on every sheet."""
        from fpdf.fonts import FontFace

        self._pdf.set_font(_NAME, size=11)
        head = FontFace(fill_color=(240, 236, 230))
        with self._pdf.table(
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
        return bytes(self._pdf.output())
