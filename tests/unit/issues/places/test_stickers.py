"""Stickers: what a camera reads from them, and a sheet that needs nothing from elsewhere."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.issues.places.links import Links
from services.issues.places.stickers import QUIET_ZONE, Sticker, png_file, sheet, svg, svg_file
from tests.unit.issues.places.qr_reader import modules_of, read

URL = "https://sunshine.example.org/api/issues/v1/report?place=place-0123456789abcdef0123456789"


@settings(max_examples=30)
@given(host=st.from_regex(r"\A[a-z]{1,60}\Z"), place=st.from_regex(r"\Aplace-[0-9a-f]{26}\Z"), scale=st.integers(1, 6))
def test_what_is_printed_is_what_is_read(host: str, place: str, scale: int) -> None:
    url = Links(f"https://{host}.example.org/").sticker(place)
    modules, quiet = modules_of(png_file(url, scale), scale)
    assert read(modules) == url == f"https://{host}.example.org/api/issues/v1/report?place={place}"
    assert quiet == QUIET_ZONE == 4


def test_an_svg_is_whole_with_its_quiet_zone() -> None:
    drawing = ElementTree.fromstring(svg_file(URL))  # noqa: S314  our own
    width = int(drawing.attrib["width"])
    modules, _ = modules_of(png_file(URL, 1), 1)
    assert width == int(drawing.attrib["height"]) == (len(modules) + 2 * QUIET_ZONE) * 8
    assert re.match(r"<svg viewBox=\"0 0 (\d+) \1\"", svg(URL))


def test_a_sheet_stands_alone_and_says_where_each_code_belongs() -> None:
    titles = ("都市小区", "9号楼", "<script>alert(1)</script>")
    page = sheet("9号楼 & Co", [Sticker(titles, URL), Sticker(("都市小区",), URL + "1")], 2, 3)
    assert page.count("<svg") == page.count("<figure>") == 2
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "9号楼 &amp; Co" in page
    assert "2 / 3" in page
    assert "size: A4" in page
    assert not re.search(r"(?:src|href)=|@import|url\(", page)


@pytest.mark.parametrize(
    ("template", "page"),
    [
        (None, None),
        ("https://app.example.org/#/report/{place}?by=qr", "https://app.example.org/#/report/place-1?by=qr"),
    ],
)
def test_a_frontend_may_take_over(template: str | None, page: str | None) -> None:
    assert Links("https://x.example.org", template).page("place-1") == page
