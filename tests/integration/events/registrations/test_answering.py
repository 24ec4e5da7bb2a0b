"""What somebody answered by the link of a message, as it comes over Kafka: once, late, twice, and of who is gone."""

from datetime import datetime

from services.contracts.activities import (
    ActivityOffered,
    ActivityPromoted,
    ActivityWithdrawn,
    PersonErasedFromActivities,
)
from services.contracts.notices import NoticeAnswered, PersonErasureRequested
from tests.integration.calling import Caller, Hand
from tests.integration.events.calling import an_activity
from tests.integration.wire import Fact, Wire
from tests.unit.events.given import HOUR, MINUTE, NOW, STAFF, resident

TERMS = {"details": {"terms": {"promotion": "offer", "offer_hours": 336}}}


def said(offer: Fact, *, comes: bool) -> NoticeAnswered:
    """The answer to `offer`, as notify publishes it."""
    envelope, data = offer
    return NoticeAnswered(
        person=data["person"],
        activity=envelope.aggregate_id,
        question="place-offered",
        comes=comes,
        starts_at=datetime.fromisoformat(data["starts_at"]),
        answer_by=datetime.fromisoformat(data["until"]),
        registered_at=datetime.fromisoformat(data["registered_at"]),
        answered_at=NOW + HOUR,
    )


async def test_an_answer_counts_once_and_to_its_own_offer(running: tuple[Caller, Wire], hand: Hand) -> None:
    """The second refuses, registers anew and is offered the seat again: the answers of before change nothing, whether
    they come again, under another number, or from a link of before."""
    api, wire = running
    body = an_activity(capacity=1, volunteers_needed=0, **TERMS)
    at = f"/activities/{(await api.ok(STAFF, '/activities', body))['id']}/registrations"
    for n in (1, 2, 3):
        await api.ok(resident(n), at, {"party": 1})
    await api.ok(resident(1), f"{at}/me/withdraw")
    offer = await wire.wait_for(ActivityOffered, person="resident-2")
    for _ in range(2):
        await wire.publish(said(offer, comes=False), "notice-2", 4)
    await wire.wait_for(ActivityWithdrawn, person="resident-2", why="offer-refused")
    third = await wire.wait_for(ActivityOffered, person="resident-3")
    hand.wait(MINUTE)
    await api.ok(resident(2), at, {"party": 1})
    await wire.publish(said(third, comes=False), "notice-3", 4)
    (_, newer) = await wire.wait_for_many(2, ActivityOffered, person="resident-2")
    assert newer[1]["until"] == offer[1]["until"], "told apart by the registration alone"
    for sequence in (4, 5):
        for comes in (False, True):
            await wire.publish(said(offer, comes=comes), "notice-2", sequence)
    unknown = said(offer, comes=False).model_copy(update={"activity": "activity-nowhere"})
    await wire.publish(unknown, "notice-2", 6)
    await wire.publish(said(newer, comes=True), "notice-4", 4)
    await wire.wait_for(ActivityPromoted, person="resident-2")
    assert len(wire.said(ActivityWithdrawn, person="resident-2")) == 1
    assert (await api.get(resident(2), f"{at}/me")).json()["status"] == "registered"


async def test_an_answer_for_who_is_erased_changes_nothing_and_holds_up_nobody(running: tuple[Caller, Wire]) -> None:
    api, wire = running
    body = an_activity(capacity=1, volunteers_needed=0, **TERMS)
    at = f"/activities/{(await api.ok(STAFF, '/activities', body))['id']}/registrations"
    for n in (1, 2, 3):
        await api.ok(resident(n), at, {"party": 1})
    await api.ok(resident(1), f"{at}/me/withdraw")
    offer = await wire.wait_for(ActivityOffered, person="resident-2")
    request = PersonErasureRequested(person="resident-2", request="request-2", requested_at=NOW, by="resident-2")
    await wire.publish(request, "resident-2", 3)
    await wire.wait_for(PersonErasedFromActivities, request="request-2")
    await wire.publish(said(offer, comes=True), "notice-2", 4)
    await wire.publish(said(await wire.wait_for(ActivityOffered, person="resident-3"), comes=True), "notice-3", 4)
    await wire.wait_for(ActivityPromoted, person="resident-3")
    assert wire.said(ActivityPromoted, person="resident-2") == []
