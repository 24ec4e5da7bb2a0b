"""Records: kept by others than their owner, and struck out with a reason."""

import pytest

from services.volunteers.records.domain.record import (
    Enter,
    OwnRecord,
    Part,
    Strike,
    UnknownLine,
    enter,
    erase,
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
