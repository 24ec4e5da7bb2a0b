"""Who has no account and whose activity is moved: the desk is told over Kafka, reads whom, and answers for them."""

from services.contracts.activities import ActivityConfirmed, ActivityDeskAsks, ActivityWithdrawn
from tests.integration.calling import Caller, Hand, fine
from tests.integration.events.calling import an_activity
from tests.integration.wire import Wire
from tests.unit.events.given import END, GRID, HOUR, NOW, STAFF, START, resident

DAY = 24 * HOUR
UNTIL = NOW + 3 * DAY


async def test_the_desk_is_told_whom_it_is_to_ask_and_answers_for_them(
    running: tuple[Caller, Wire], hand: Hand
) -> None:
    api, wire = running
    at = f"/activities/{(await api.ok(STAFF, '/activities', an_activity(volunteers_needed=0)))['id']}"
    guests = [
        (await api.ok(GRID, f"{at}/registrations", {"label": label, "party": party}))["person"]
        for label, party in (("李奶奶，3 号楼", 1), ("王爷爷，5 号楼", 2))
    ]
    await api.ok(resident(1), f"{at}/registrations", {"party": 1})
    moved = {"starts_at": (START + 7 * DAY).isoformat(), "ends_at": (END + 7 * DAY).isoformat()}
    await api.ok(STAFF, f"{at}/move", moved)
    (_, told) = await wire.wait_for(ActivityDeskAsks)
    assert (told["desk"], told["parties"]) == ([STAFF.sub, GRID.sub], 2)

    roster = fine(await api.get(GRID, f"{at}/roster"))
    asked = [(each["person"], each["label"], each["party"], each["answer"]) for each in roster["to_ask"]]
    assert asked == [(guests[0], "李奶奶，3 号楼", 1, "other-day"), (guests[1], "王爷爷，5 号楼", 2, "other-day")]
    assert {each["answer_until"] for each in roster["to_ask"]} == {told["until"]}
    shown = fine(await api.get(STAFF, at))
    assert "registrations/{person}/answer" in [each["command"] for each in shown["can"]]
    assert (await api.get(resident(1), f"{at}/roster")).status_code == 404
    refused = await api.post(resident(2), f"{at}/registrations/{guests[0]}/answer", {"comes": True})
    assert refused.status_code in (403, 404)
    await api.ok(GRID, f"{at}/registrations/{guests[0]}/answer", {"comes": True})
    await wire.wait_for(ActivityConfirmed, person=guests[0])

    hand.wait(2 * DAY)
    (_, again) = (await wire.wait_for_many(2, ActivityDeskAsks))[1]
    assert (again["parties"], again["until"]) == (1, told["until"])
    hand.wait(DAY)
    await wire.wait_for(ActivityWithdrawn, person=guests[1], why="move-unanswered")
    await wire.wait_for(ActivityDeskAsks, parties=0)
    roster = fine(await api.get(GRID, f"{at}/roster"))
    assert (roster["to_ask"], [party["person"] for party in roster["seated"]]) == ([], [guests[0]])
    said = str([data for _, data in wire.facts])
    assert "奶奶" not in said
    assert "爷爷" not in said
