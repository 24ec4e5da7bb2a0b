"""Stickers: the QR code of a place, alone or on sheets to be printed, A4, three in a row.

A code is drawn once and remembered: it depends on its address alone. Nothing on a sheet comes from elsewhere.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

import segno

QUIET_ZONE = 4
"""How many light modules ISO/IEC 18004 asks for around a code."""

_STYLE = """
@page { size: A4; margin: 10mm }
* { box-sizing: border-box }
body { margin: 0; font: 11pt/1.3 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; color: #000 }
header, nav { padding: 3mm 0 }
main { display: grid; grid-template-columns: repeat(3, 1fr); gap: 4mm }
figure { margin: 0; padding: 3mm; border: 0.3mm dashed #999; text-align: center; break-inside: avoid }
figure svg { width: 42mm; height: 42mm }
figcaption b { display: block; font-size: 12pt; overflow-wrap: anywhere }
figcaption small { display: block; font-size: 8pt }
@media print { header, nav { display: none } }
"""


@dataclass(frozen=True, slots=True)
class Sticker:
    """The content of a sticker: the titles from the compound down, and the address in its code."""

    titles: tuple[str, ...]
    url: str


@lru_cache(maxsize=8192)
def svg(url: str) -> str:
    """The code of `url` as an SVG element, as large as what it stands in."""
    return str(_code(url).svg_inline(border=QUIET_ZONE, omitsize=True))


def svg_file(url: str) -> bytes:
    """The code of `url` as an SVG document."""
    out = io.BytesIO()
    _code(url).save(out, kind="svg", border=QUIET_ZONE, scale=8)
    return out.getvalue()


def png_file(url: str, scale: int) -> bytes:
    """The code of `url` as a PNG, `scale` pixels to a module."""
    out = io.BytesIO()
    _code(url).save(out, kind="png", border=QUIET_ZONE, scale=scale)
    return out.getvalue()


def sheet(title: str, stickers: Sequence[Sticker], page: int, pages: int) -> str:
    """The stickers of one page of a sheet, as an HTML document."""
    figures = "\n".join(_figure(sticker) for sticker in stickers)
    where = f" <small>{page} / {pages}</small>" if pages > 1 else ""
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        f"<title>{escape(title)} · 扫码上报</title><style>{_STYLE}</style></head>\n"
        f"<body><header><strong>{escape(title)}</strong>{where}</header>\n<main>\n{figures}\n</main></body></html>\n"
    )


def _figure(sticker: Sticker) -> str:
    *around, last = sticker.titles
    return (
        f"<figure>{svg(sticker.url)}<figcaption><small>{escape(' · '.join(around))}</small><b>{escape(last)}</b>"
        "<small>扫码上报问题 · Scan to report a problem</small></figcaption></figure>"
    )


def _code(url: str) -> segno.QRCode:
    return segno.make_qr(url, error="m")
