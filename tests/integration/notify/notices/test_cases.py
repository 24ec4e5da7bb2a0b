"""What befalls a case one after the other is told in words that differ: who has it now, and by when it is due."""

from datetime import datetime

import pytest

from services.contracts import issues as i
from services.notify.knowledge.units import Units
from services.notify.notices.wording import Wording
from tests.integration.notify.house import House
from tests.integration.notify.records import a_case, fact
from tests.unit.notify.given import DAY, HERE, NAMES, NOW

SOON, LATER = NOW + 3 * DAY, NOW + 5 * DAY


def an_amendment(due_at: datetime, previous: datetime | None) -> i.CaseAmended:
    return i.CaseAmended(
        amended=("category",),
        category="noise",
        group=None,
        category_zh="噪声扰民",
        category_en="Noise",
        priority=i.Priority.HIGH,
        title="楼道灯不亮",
        place="place-9",
        building="place-9",
        due_at=due_at,
        previous_due_at=previous,
        reason="登记有误",
        by="staff-1",
    )


async def test_a_correction_is_told_where_it_moves_the_deadline_and_later_words_are_as_corrected(house: House) -> None:
    reported, accepted, dispatched, _ = a_case()
    moves, stays = an_amendment(SOON, NOW + DAY), an_amendment(SOON, None)
    extended = i.CaseExtended(extension_requested=False, extended=1, due_at=LATER, overdue=False, by="staff-1")
    later = [fact(event, "case-1", n) for n, event in enumerate((moves, stays, extended), 4)]
    for _ in range(2):
        await house.take([reported, accepted, dispatched, *later])
    found = await house.db["notices"].find({"state.channel": "inbox"}).sort("state.version", 1).to_list(None)
    told = [each["state"]["particulars"] for each in found]
    assert [(each["due_at"], each.get("moved")) for each in told] == [
        (NOW + DAY, None),
        (SOON, True),
        (LATER, True),
    ]
    assert told[-1]["category_zh"] == "噪声扰民"


UNITS = {"unit-1": ("物业维修班", "Repair crew"), "unit-4": ("城管中队", "City patrol")}


@pytest.mark.parametrize(("language", "named"), [("zh", 0), ("en", 1)])
async def test_a_dispatch_and_a_reassignment_in_the_same_minute_say_who_has_it(
    house: House, language: str, named: int
) -> None:
    for id, (zh, en) in UNITS.items():
        state = {"code": id, "kind": "property", "title": zh, "title_en": en}
        await house.db["units"].insert_one({"_id": id, "seq": 1, "community": HERE, "state": state})
    reported, accepted, dispatched, _ = a_case()
    elsewhere = i.CaseReassigned(
        status=i.CaseStatus.DISPATCHED,
        unit="unit-4",
        due_at=NOW + DAY,
        overdue=False,
        signed_at=None,
        contacted_at=None,
        extension_requested=False,
        previous_unit="unit-1",
        by="staff-1",
    )
    await house.take([reported, accepted, dispatched, fact(elsewhere, "case-1", 4)])
    wording = Wording(NAMES, units=Units(house.db, house.clock))
    await wording.ready([HERE])
    found = await house.notices.select({"state.channel": "inbox"}, sort="state.version", descending=False)
    first, second = [wording.words(stored.aggregate, language) for stored in found.items]
    before, now = UNITS["unit-1"][named], UNITS["unit-4"][named]
    for said in (first.subject, first.body):
        assert (before in said, now in said) == (True, False)
    for said in (second.subject, second.body):
        assert (before in said, now in said) == (False, True)
