"""What befalls a case one after the other is told to those who wait for it."""

from datetime import datetime

from services.contracts import issues as i
from tests.integration.notify.house import House
from tests.integration.notify.records import a_case, fact
from tests.unit.notify.given import DAY, NOW

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
    assert [each["due_at"] for each in told] == [NOW + DAY, SOON, LATER]
    assert told[-1]["category_zh"] == "噪声扰民"
