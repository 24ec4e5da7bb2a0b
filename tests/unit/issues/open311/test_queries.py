"""What a question about the list becomes, which place of the tree is meant, and what forms are taken."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from services.contracts.issues import PlaceKind
from services.issues.catalogue.domain.questions import Question, QuestionKind, answered
from services.issues.open311.locating import nearest, spoken_of
from services.issues.open311.queries import Parameters, paged
from services.issues.open311.refusals import ValueRefused
from services.issues.open311.windows import Window, box, window
from services.issues.places.domain.datum import Datum, GivenPoint
from services.issues.places.domain.places import Place
from services.issues.reading.row import order_of
from tests.unit.issues.world import HERE, NOW

DAY = timedelta(days=1)


def asked(**given: Any) -> dict[str, Any]:
    return Parameters(**given).asked(NOW, 1000).query(HERE)


def test_without_dates_the_list_has_requests_of_the_last_90_days() -> None:
    assert asked()["order"] == {"$gte": order_of(NOW - 90 * DAY), "$lt": order_of(NOW + timedelta(seconds=1))}


def test_spaces_around_a_parameter_say_nothing() -> None:
    spaced = {
        "start_date": f" {NOW.isoformat()} ",
        "dates": "updated ",
        "status": " open ",
        "page": " 2",
        "lat_ne": " ",
    }
    assert asked(**spaced) == asked(**{name: text.strip() for name, text in spaced.items()})
    named = Parameters.model_validate({"jurisdiction_id": f"{HERE} ", "api_key": " o311_x", "extensions": "true "})
    assert (named.jurisdiction_id, named.api_key, named.extensions) == (HERE, "o311_x", True)


def test_dates_find_new_and_changed_requests() -> None:
    requested, changed = asked(start_date=NOW - DAY, end_date=NOW)["$or"]
    assert requested["order"]["$gte"] == order_of(NOW - DAY)
    assert changed["changed"] == {"$gte": NOW - DAY, "$lt": NOW + timedelta(seconds=1)}
    assert "$or" not in asked(start_date=NOW - DAY, dates="requested")
    assert set(asked(start_date=NOW - DAY, dates="updated")) == {"community", "public", "changed"}


def test_only_public_requests_are_ever_found() -> None:
    for given in ({}, {"updated_after": NOW}, {"status": "open,closed"}, {"service_code": "lighting"}):
        assert asked(**given) | {"community": HERE, "public": True} == asked(**given)


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (None, None, None),
        (NOW - 200 * DAY, None, Window(NOW - 200 * DAY, NOW - 110 * DAY)),
        (NOW - 5 * DAY, None, Window(NOW - 5 * DAY, NOW)),
        (None, NOW - 10 * DAY, Window(NOW - 100 * DAY, NOW - 10 * DAY)),
        (NOW - 90 * DAY, NOW, Window(NOW - 90 * DAY, NOW)),
    ],
)
def test_an_open_end_is_90_days_away(start: datetime | None, end: datetime | None, found: Window | None) -> None:
    assert window(start, end, NOW) == found


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (NOW, NOW - DAY),
        (NOW - 92 * DAY, NOW),
        (None, datetime(1, 1, 1, tzinfo=UTC)),
        (datetime(1, 1, 1, tzinfo=UTC), NOW),
    ],
)
def test_impossible_spans_are_refused(start: datetime | None, end: datetime | None) -> None:
    with pytest.raises(ValueRefused):
        window(start, end, NOW)


def test_the_end_of_time_can_be_asked_for() -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    for at in (last, datetime(1, 1, 1, tzinfo=UTC)):
        requested, _ = asked(start_date=at, end_date=at)["$or"]
        assert all(abs(order) < 2**63 for order in requested["order"].values())


@pytest.mark.parametrize("status", ["open", "closed", "OPEN, closed", "", None])
def test_a_status_asks_for_the_states_that_it_means(status: str | None) -> None:
    found = asked(status=status)
    assert found.get("open") == {"open": True, "closed": False}.get(status or "")


@pytest.mark.parametrize(
    "given",
    [
        {"status": "fixed"},
        {"long_ne": 121.0, "lat_ne": 31.0, "long_sw": 120.0},
        {"long_ne": 120.0, "lat_ne": 31.0, "long_sw": 121.0, "lat_sw": 30.0},
        {"page": 1001, "page_size": 100},
        {"service_code": ",".join(["x"] * 1001)},
    ],
)
def test_parameters_that_make_no_sense_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueRefused):
        asked(**given)


def test_ids_override_whatever_else_is_sent() -> None:
    nonsense = {"start_date": "yesterday", "page_size": "none", "status": "lost", "lat_ne": "north", "page": "0"}
    named = Parameters.model_validate({"service_request_id": "a, b", "extensions": "true", **nonsense})
    assert (named.ids(10), named.extensions, named.page) == (["a", "b"], True, None)
    for none in ({}, {"service_request_id": ""}, {"service_request_id": " , "}):
        with pytest.raises(ValidationError):
            Parameters.model_validate({**none, **nonsense})


def test_a_page_size_above_the_limit_is_the_limit() -> None:
    found = Parameters.model_validate({"page_size": "123456789"}).asked(NOW, 1000)
    assert (found.page, found.size) == (1, 1000)


@pytest.mark.parametrize("written", ["2026-05-01T09:30:00z", "2026-05-01t09:30:00Z", "2026-05-01t17:30:00 08:00"])
def test_times_are_read_in_small_letters_too(written: str) -> None:
    at = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
    assert Parameters.model_validate({"start_date": written}).start_date == at
    asked = (Question(code="since", kind=QuestionKind.DATETIME, zh="何时", en="When"),)
    if " " not in written:
        assert answered(asked, {"since": written}) == {"since": "2026-05-01T09:30:00+00:00"}


def test_a_box_is_of_four_corners() -> None:
    assert box({"long_ne": 122.0, "lat_ne": 32.0, "long_sw": 121.0, "lat_sw": 31.0}) == (121.0, 31.0, 122.0, 32.0)
    assert asked(long_ne=122.0, lat_ne=32.0, long_sw=121.0, lat_sw=31.0)["lon"] == {"$gte": 121.0, "$lte": 122.0}


def test_a_page_is_a_thousand_at_most() -> None:
    assert (paged(None, None, 1000), paged(2, 5000, 1000), paged(3, 7, 100)) == ((1, 1000), (2, 1000), (3, 7))


def a_place(
    kind: PlaceKind, title: str, lon: float | None = None, parent: str | None = None, number: int | None = None
) -> Place:
    point = None if lon is None else GivenPoint(lon=lon, lat=31.0, datum=Datum.WGS84).point()
    return Place(
        id=title, community=HERE, kind=kind, title=title, parent=parent, number=number, point=point, registered_at=NOW
    )


C, B = PlaceKind.COMPOUND, PlaceKind.BUILDING
PLACES = [
    a_place(C, "都市小区", 121.0),
    a_place(C, "阳光小区", 121.1),
    *(a_place(B, f"{n}号楼", 121.0 + n / 1000, "都市小区", n) for n in (1, 2, 12)),
    a_place(B, "文化楼", None, "阳光小区", 3),
]


@pytest.mark.parametrize(
    ("lon", "found"),
    [
        (121.00101, "1号楼"),
        (121.0022, "2号楼"),
        (121.006, "都市小区"),
        (121.1001, "阳光小区"),
        (121.05, None),
        (0.0, None),
    ],
)
def test_coordinates_mean_the_nearest_place(lon: float, found: str | None) -> None:
    place = nearest(PLACES, GivenPoint(lon=lon, lat=31.0))
    assert (place.title if place else None) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("都市小区 2号楼 3单元", "2号楼"),
        ("都市小区12号楼", "12号楼"),
        ("都市小区 9号楼", "都市小区"),
        ("阳光小区文化楼门口", "文化楼"),
        ("都市小区, Building 1", "1号楼"),
        ("文化楼", "文化楼"),
        ("123 Any St", None),
    ],
)
def test_words_mean_the_place_that_they_name(words: str, found: str | None) -> None:
    place = spoken_of(PLACES, words)
    assert (place.title if place else None) == found


def test_words_without_a_place_mean_the_only_compound() -> None:
    only = [a_place(C, "都市小区"), a_place(B, "1号楼", None, "都市小区", 1)]
    assert (spoken_of(only, "东门岗亭"), spoken_of(only, "1号楼")) == (only[0], only[1])
    assert nearest(only, GivenPoint(lon=0, lat=0)) == only[0]
