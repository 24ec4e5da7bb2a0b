"""A guardian takes a consent back: the child gives up its seats in all activities ahead, however many there are."""

import pytest

from services.contracts.activities import ActivityWithdrawn
from services.events.registrations import reactions
from tests.integration.calling import Caller
from tests.integration.events.calling import scheduled
from tests.integration.wire import Wire
from tests.unit.events.given import HOME, resident


async def test_a_consent_taken_back_gives_up_the_seats_of_more_activities_than_are_read_at_once(
    running: tuple[Caller, Wire], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reactions, "_PAGE", 1)
    api, wire = running
    child = (await api.ok(resident(1), "/children", {"community": HOME, "label": "小宝", "birth_year": 2018}))["id"]
    await api.ok(resident(1), f"/children/{child}/consent", {"text": "consent-v1"})
    for venue in ("committee-hall", "garden", "yard"):
        path = await scheduled(api, venue=venue)
        party = {"party": 2, "children": [child], "despite_overlap": True}
        await api.ok(resident(1), f"{path}/registrations", party)
    await api.ok(resident(1), f"/children/{child}/withdraw-consent")
    await wire.wait_for_many(3, ActivityWithdrawn, person="resident-1", why="consent-withdrawn")
