"""Records: kept by others than their owner, and struck out with a reason."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from services.chassis.values import local_date
from services.volunteers.records.domain.record import (
    Enter,
    Identify,
    NotYetOn,
    OwnRecord,
    Part,
    Strike,
    UnknownLine,
    enter,
    erase,
    is_card_number,
    new_record,
    strike,
)
from tests.unit.volunteers.decisions import assert_folds
from tests.unit.volunteers.world import HERE, NOW, STAFF


def test_entries_are_kept_by_others_and_struck_out_with_a_reason() -> None:
    body = Enter(community=HERE, person="ann", part=Part.TRAINING, title="急救培训", on=NOW.date(), minutes=120)
    kept = enter(new_record(HERE, "ann"), body, "entry-1", STAFF, NOW)
    assert_folds(new_record(HERE, "ann"), kept)
    with pytest.raises(OwnRecord):
        enter(new_record(HERE, STAFF.sub), body, "entry-1", STAFF, NOW)
    struck = strike(kept.aggregate, Strike(entry="entry-1", reason="重复"), STAFF).aggregate
    assert struck.of(Part.TRAINING) == []
    assert struck.entries[0].title == "急救培训"
    with pytest.raises(UnknownLine):
        strike(struck, Strike(entry="entry-1", reason="重复"), STAFF)


def test_erasing_leaves_nothing_of_the_person() -> None:
    body = Enter(community=HERE, person="ann", part=Part.TRAINING, title="急救培训", on=NOW.date())
    kept = enter(new_record(HERE, "ann"), body, "entry-1", STAFF, NOW).aggregate
    erased = erase(kept, "gone-1").aggregate
    assert (erased.public(), erased.entries, erased.person) == (None, (), "gone-1")


def test_nothing_is_entered_before_it_took_place() -> None:
    tomorrow = local_date(NOW) + timedelta(days=1)
    for part in Part:
        body = Enter(community=HERE, person="ann", part=part, title="急救培训", on=tomorrow)
        with pytest.raises(NotYetOn):
            enter(new_record(HERE, "ann"), body, "entry-1", STAFF, NOW)


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("11010519491231002X", True),
        ("440524188001010014", True),
        ("440524188001010015", False),
        ("110105194902310022", False),
        ("11010519491231002x", False),
        ("123", False),
    ],
)
def test_a_number_of_an_identity_card_has_a_date_of_birth_and_a_check(number: str, right: bool) -> None:
    assert is_card_number(number) is right
    shown = {"name": "安娜", "document_number": number}
    if right:
        Identify.model_validate(_identified(document="identity-card", **shown))
    else:
        with pytest.raises(ValidationError):
            Identify.model_validate(_identified(document="identity-card", **shown))
    Identify.model_validate(_identified(document="passport", **shown))


def _identified(**identity: str) -> dict[str, object]:
    return {"community": HERE, "person": "ann", "identity": identity}
