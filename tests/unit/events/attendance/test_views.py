"""What the desk reads on its list of the door."""

import pytest

from services.chassis.store.aggregates import Stored
from services.contracts.activities import ActivityDetails
from services.events.activities.domain.parties import Party
from services.events.attendance.domain.attendance import check_in, check_out
from services.events.attendance.domain.scans import WalkIn, walk_in
from services.events.attendance.views import DoorList
from services.events.children.domain import Child, Pickup
from tests.unit.events.given import HOME, MINUTE, NOW, STAFF, START, activity


def _child(number: int, label: str, *pickups: str) -> Child:
    who = tuple(Pickup(label=each) for each in pickups)
    return Child(id=f"child-{number}", community=HOME, guardian="resident-1", label=label, pickups=who)


@pytest.mark.parametrize(
    ("children", "shown"),
    [
        ((_child(1, "小明", "奶奶"),), ("奶奶",)),
        ((_child(1, "小明", "奶奶"), _child(2, "小红", "奶奶")), ("奶奶",)),
        ((_child(1, "小明", "奶奶"), _child(2, "小红", "爷爷", "姑姑")), ("小明：奶奶", "小红：爷爷、姑姑")),
        ((_child(1, "小明", "奶奶"), _child(2, "小红")), ("小明：奶奶",)),
        ((_child(1, "孩子", "奶奶"), _child(2, "孩子", "爷爷")), ("孩子：奶奶", "孩子：爷爷")),
        ((_child(1, "小明"), _child(2, "小红")), ()),
    ],
)
def test_whoever_may_fetch_one_child_is_not_shown_for_another(
    children: tuple[Child, ...], shown: tuple[str, ...]
) -> None:
    ids = tuple(child.id for child in children)
    party = Party(person="resident-1", heads=len(ids), registered_at=NOW, by="resident-1", children=ids)
    there = activity().model_copy(update={"seated": (party,)})
    (row,) = DoorList.of(Stored(there, 1), {child.id: child for child in children}).rows
    assert row.pickups == shown


def test_adults_who_left_look_after_no_child() -> None:
    terms = ActivityDetails.model_validate({"terms": {"children_per_adult": 2}})
    party = Party(person="resident-1", heads=2, registered_at=NOW, by="resident-1")
    found = activity(details=terms).model_copy(update={"seated": (party,)})
    found = check_in(found, "resident-1", STAFF, START, approved=False, as_volunteer=False).aggregate
    found = walk_in(found, "walk-in-1", WalkIn(heads=2, children=2), STAFF, START).aggregate
    there = DoorList.of(Stored(found, 1), {})
    assert (there.children_present, there.adults_present, there.adults_missing) == (2, 2, 0)
    alone = check_out(found, "resident-1", STAFF, START + MINUTE, as_volunteer=False).aggregate
    listed = DoorList.of(Stored(alone, 2), {})
    assert (listed.children_present, listed.adults_present, listed.adults_missing) == (2, 0, 1)
    nobody = check_out(alone, "walk-in-1", STAFF, START + MINUTE, as_volunteer=False).aggregate
    assert DoorList.of(Stored(nobody, 3), {}).adults_missing == 0
    assert all(row.present for row in DoorList.of(Stored(nobody, 3), {}).rows), "they came"
