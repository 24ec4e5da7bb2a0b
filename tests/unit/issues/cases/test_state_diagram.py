"""The drawing of a case's life says what the table says."""

from services.issues.cases.domain.transitions import TRANSITIONS
from services.issues.cases.state_diagram import PAGE, page


def test_the_page_is_what_the_table_makes_of_it() -> None:
    assert PAGE.read_text() == page(), "run: make schemas"


def test_every_row_is_drawn_and_told() -> None:
    drawn = page()
    for row in TRANSITIONS:
        source = "[*]" if row.source is None else row.source.replace("-", "_")
        arrow = next(line for line in drawn.splitlines() if f" {source} --> {row.target.replace('-', '_')}:" in line)
        assert row.command in arrow.split(": ")[1].split(", ")
        assert f"| {row.command} | {row.target} |" in drawn
