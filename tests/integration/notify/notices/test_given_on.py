"""What waits and speaks of a unit, or of a merger, does not leave once that is untrue."""

from typing import Any

from services.contracts import issues as i
from tests.integration.notify.house import House
from tests.integration.notify.records import Record, a_case, fact
from tests.unit.notify.given import DAY, NOW

SOON = NOW + 3 * DAY


async def test_what_was_said_of_a_unit_is_untrue_once_another_has_the_case_or_none(house: House) -> None:
    await house.know("resident-1")
    reported, accepted, dispatched, _ = a_case()
    reassigned = i.CaseReassigned(
        status=i.CaseStatus.DISPATCHED,
        unit="unit-2",
        due_at=SOON,
        overdue=False,
        signed_at=None,
        contacted_at=None,
        extension_requested=False,
        previous_unit="unit-1",
        by="staff-1",
    )
    returned = i.CaseReturned(
        status=i.CaseStatus.ACCEPTED,
        unit=None,
        due_at=None,
        overdue=False,
        returned=1,
        previous_unit="unit-2",
        reason="不归我们管",
        by="unit-2-desk",
    )
    waiting: list[set[tuple[Any, str]]] = []
    told: list[Record] = [reported, accepted, dispatched]
    for event in (None, reassigned, returned):
        told += [] if event is None else [fact(event, "case-1", len(told) + 1)]
        await house.take(told)
        states = [each["state"] for each in await house.db["notices"].find({"state.channel": "email"}).to_list(None)]
        waiting.append({(s["particulars"]["due_at"], s["status"]) for s in states})
    (first,), second, third = waiting
    assert first == (NOW + DAY, "queued")
    assert second == {(NOW + DAY, "suppressed"), (SOON, "queued")}
    assert third == {(NOW + DAY, "suppressed"), (SOON, "suppressed")}


async def test_a_merger_that_was_undone_is_told_to_nobody_who_has_not_heard_of_it(house: House) -> None:
    await house.know("resident-1")
    merged = i.CaseMerged(status=i.CaseStatus.MERGED, merged_into="case-9", due_at=None, by="staff-1")
    undone = i.CaseUnmerged(
        status=i.CaseStatus.ACCEPTED, merged_into=None, due_at=None, previous_case="case-9", by="staff-1"
    )
    told = [*a_case()[:2], fact(merged, "case-1", 3)]
    waiting = []
    for more in ([], [fact(undone, "case-1", 4)]):
        await house.take([*told, *more])
        (mail,) = await house.db["notices"].find({"state.channel": "email"}).to_list(None)
        waiting.append(mail["state"]["status"])
    assert waiting == ["queued", "suppressed"]
