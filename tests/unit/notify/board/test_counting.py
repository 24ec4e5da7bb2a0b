"""Which activities the board has room for."""

from typing import Any

from services.notify.board.counting import first_of_each_series


def _row(id: str, series: str | None) -> dict[str, Any]:
    return {"_id": id, "state": {"series": series}}


def test_a_daily_class_leaves_room_for_the_festival() -> None:
    rows = [_row("a", "class"), _row("b", "class"), _row("festival", None), _row("c", "class"), _row("clinic", None)]
    assert [row["_id"] for row in first_of_each_series(rows)] == ["a", "festival", "clinic"]


def test_two_activities_without_a_series_are_two() -> None:
    assert len(first_of_each_series([_row("a", None), _row("b", None)])) == 2
