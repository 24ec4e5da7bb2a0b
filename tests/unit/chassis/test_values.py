"""What people type is trimmed and bounded; times are kept in UTC and whole milliseconds."""

import json
from datetime import UTC, date, datetime

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from services.chassis.values import Line, Moment, Request, Text, local_date
from services.events.activities.domain.requests import Line as ActivityTitle


class Rename(Request):
    """A request."""

    name: Line


@pytest.mark.parametrize(("kind", "longest"), [(Line, 120), (Text, 2000)])
def test_a_text_is_trimmed_and_bounded(kind: type[str], longest: int) -> None:
    check = TypeAdapter[str](kind).validate_python
    assert check(f"  {'长' * longest} ") == "长" * longest
    for refused in ("", "   ", "长" * (longest + 1), "a\x00b"):
        with pytest.raises(ValidationError):
            check(refused)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\t", "\u2028", "\u2029", " \n\u2028"])
@pytest.mark.parametrize("kind", [Line, ActivityTitle])
def test_a_line_is_one(kind: type[str], end: str) -> None:
    """The second line of a title was an entry of its own in calendars, and the first of an e-mail's body."""
    kept = TypeAdapter[str](kind).validate_python(f"义诊{end}BEGIN:VEVENT")
    assert kept.split() == ["义诊", "BEGIN:VEVENT"]
    assert len(kept.splitlines()) == 1
    assert "\t" not in kept


def test_a_moment_is_kept_as_the_store_keeps_it() -> None:
    check = TypeAdapter[datetime](Moment).validate_python
    assert check("2026-03-07T09:00:00.123987+08:00") == datetime(2026, 3, 7, 1, 0, 0, 123_000, tzinfo=UTC)
    for refused in ("2026-03-07T09:00:00", "0001-01-01T00:00:00+14:00"):
        with pytest.raises(ValidationError):
            check(refused)


def test_a_request_with_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValidationError):
        Rename.model_validate({"name": "a", "nmae": "b"})


class Everything(Request):
    floor: int | None = None
    share: float = 0
    pinned: bool = False
    at: Moment | None = None
    days: dict[str, list[date]] = Field(default_factory=dict)
    inside: "Everything | None" = None


GUESSES = [
    *({"floor": each} for each in (True, "7", 1.5, "")),
    *({"share": each} for each in (True, "0.5")),
    *({"pinned": each} for each in (1, 0, "yes", "true", "")),
    *({"at": each} for each in (0, 1_700_000_000, 1.5, "1700000000", " 1700000000.5", True)),
    *({"days": {"a": [each]}} for each in (0, "1700000000", True)),
]


@pytest.mark.parametrize("given", GUESSES)
def test_nothing_is_guessed_of_another_kind_of_value(given: dict[str, object]) -> None:
    for body in (given, {"inside": given}):
        with pytest.raises(ValidationError):
            Everything.model_validate(body)
        with pytest.raises(ValidationError):
            Everything.model_validate_json(json.dumps(body))


def test_what_is_of_the_kind_is_taken_as_json_schema_has_it() -> None:
    given = {"floor": 7.0, "share": 1, "pinned": True, "at": "2026-03-07T09:00:00+08:00", "days": {"a": ["2026-03-07"]}}
    taken = Everything.model_validate(given)
    assert (taken.floor, taken.share, taken.days) == (7, 1.0, {"a": [date(2026, 3, 7)]})


def test_a_date_is_that_of_the_community() -> None:
    assert local_date(datetime(2026, 3, 7, 15, 59, tzinfo=UTC)) == date(2026, 3, 7)
    assert local_date(datetime(2026, 3, 7, 16, 0, tzinfo=UTC)) == date(2026, 3, 8)
