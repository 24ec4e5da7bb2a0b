"""Every page that people are shown is HTML as the checker of the W3C knows it; one run looks at all of them."""

from pathlib import Path

from tests.contract.board import site as board
from tests.contract.calendars import site as calendars
from tests.contract.strangers import errors_in


def test_all_pages_are_valid_html(tmp_path: Path) -> None:
    pages = {f"/board{path}": html for path, html in (board.pages() | board.stickers() | board.answers()).items()}
    pages |= {f"/calendar{path}": html for path, html in calendars.pages().items()}
    assert errors_in(pages, tmp_path) == []
