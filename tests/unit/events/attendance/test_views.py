"""What the desk reads on its list of the door."""

import pytest

from services.chassis.store.aggregates import Stored
from services.events.activities.domain.parties import Party
from services.events.attendance.views import DoorList
from services.events.children.domain import Child, Pickup
from tests.unit.events.given import HOME, NOW, activity


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
