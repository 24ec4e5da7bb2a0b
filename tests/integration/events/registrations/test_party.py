"""Over HTTP a guardian registers a child, changes the party, and reads what is true of it when the activity changes."""

from typing import Any

import pytest

from services.events.registrations.domain import Standing
from services.events.registrations.store import Standings
from tests.integration.calling import Caller
from tests.integration.events.calling import scheduled
from tests.unit.events.given import HOME, STAFF, resident


async def test_a_party_with_a_child_is_changed_and_shown_as_it_is(api: Caller) -> None:
    place = await scheduled(api, guardian_required=True, capacity=3)
    refused = await api.post(resident(1), f"{place}/registrations", {"party": 2, "guardian": True})
    assert (refused.status_code, refused.json()["code"]) == (422, "activity.guardian-of-nobody")
    child = await api.ok(resident(1), "/children", {"community": HOME, "label": "小宝", "birth_year": 2018})
    await api.ok(resident(1), f"/children/{child['id']}/consent", {"text": "consent-v1"})
    body = {"party": 1, "children": [child["id"]]}
    assert (await api.ok(resident(1), f"{place}/registrations", body))["party"] == 1
    mine = f"{place}/registrations/me"
    assert (await api.ok(resident(1), f"{mine}/change", {"party": 2}))["party"] == 2
    short = await api.post(resident(1), f"{mine}/change", {"party": 4})
    assert (short.status_code, short.json()["code"]) == (422, "activity.party-too-large")
    assert (await api.get(None, place)).json()["free"] == 1
    await api.ok(STAFF, f"{place}/registrations/resident-1/change", {"party": 1})
    assert (await api.get(None, place)).json()["free"] == 2
    await api.ok(STAFF, f"{place}/cancel", {"reason": "停电"})
    shown = (await api.get(resident(1), mine)).json()
    assert (shown["status"], shown["position"], shown["can_fit"]) == ("cancelled", None, True)


async def test_a_consent_that_is_withdrawn_while_its_seat_is_taken_leaves_no_seat(
    api: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = await scheduled(api, guardian_required=True)
    child = await api.ok(resident(1), "/children", {"community": HOME, "label": "小宝", "birth_year": 2018})
    await api.ok(resident(1), f"/children/{child['id']}/consent", {"text": "consent-v1"})
    look = Standings.of

    async def meanwhile(standings: Standings, *asked: Any) -> Standing:
        await api.ok(resident(1), f"/children/{child['id']}/withdraw-consent")
        return await look(standings, *asked)

    monkeypatch.setattr(Standings, "of", meanwhile)
    await api.post(resident(1), f"{place}/registrations", {"party": 1, "children": [child["id"]]})
    assert (await api.get(resident(1), f"{place}/registrations/me")).status_code == 404
