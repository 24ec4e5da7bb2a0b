"""Feedback over HTTP: once a person, anew when they like, words for managers alone, gone with who said them."""

from collections.abc import Sequence

from services.chassis.room import Room
from services.chassis.runtime import Runtime
from services.chassis.subscriber.erasure import Leaver
from services.events.feedback.domain import GIVEN_WITHIN
from services.events.feedback.store import FEEDBACK
from services.events.settings import EventsSettings
from tests.integration.calling import Caller, Hand
from tests.integration.events.calling import scheduled
from tests.unit.events.given import END, MINUTE, STAFF, START, resident


async def test_people_who_came_give_feedback_and_everybody_reads_its_average(
    api: Caller, hand: Hand, opened: Sequence[Room], runtime: Runtime[EventsSettings]
) -> None:
    place = await scheduled(api, capacity=10)
    for n in range(10):
        await api.ok(resident(n), f"{place}/registrations", {})
    hand.wait(START - hand.now)
    for n in range(10):
        await api.ok(STAFF, f"{place}/check-ins", {"person": f"resident-{n}"})
    hand.wait(END - hand.now)
    assert (await api.get(None, f"{place}/feedback")).json()["count"] is None
    assert [each["command"] for each in (await api.get(resident(1), place)).json()["can"]] == ["feedback"]
    for n in range(6):
        await api.ok(resident(n), f"{place}/feedback", {"rating": 5, "text": f"很好 {n}，请致电 13800138000"})
    await api.ok(resident(0), f"{place}/feedback", {"rating": 4})
    public = (await api.get(None, f"{place}/feedback")).json()
    assert (public["count"], public["average"], public["texts"]) == (5, 5.0, None), "the sixth waits for four others"
    assert set(public["ratings"].values()) == {None}
    assert set((await api.get(STAFF, f"{place}/feedback")).json()["texts"]) == {
        f"很好 {n}，请致电 ***********" for n in range(1, 6)
    }
    for n in range(6, 10):
        await api.ok(resident(n), f"{place}/feedback", {"rating": 4})
    hand.wait(GIVEN_WITHIN)
    whole = (await api.get(None, f"{place}/feedback")).json()
    assert (whole["count"], whole["average"], set(whole["ratings"].values())) == (10, 4.5, {None})
    hand.wait(MINUTE)
    closed = (await api.get(None, f"{place}/feedback")).json()
    assert closed == {**whole, "ratings": {"1": 0, "2": 0, "3": 0, "4": 5, "5": 5}}
    for erase in [room.erase for room in opened if room.erase is not None]:
        await erase(Leaver("resident-3", None, "erased-1"))
    kept = [document async for document in runtime.database[FEEDBACK.collection].find({}, {"outbox": 0})]
    assert (len(kept), "resident-3" in str(kept), "很好 3" in str(kept)) == (10, False, False)
