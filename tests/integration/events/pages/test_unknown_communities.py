"""A word that is no community has no calendar, to look at or to subscribe to; a community without activities has."""

from collections.abc import Sequence

import pytest

from services.chassis.room import Room
from services.chassis.runtime import Runtime
from services.events.names.store import PLACES
from services.events.settings import EventsSettings
from tests.integration import standing
from tests.integration.calling import Caller
from tests.integration.events.calling import an_activity
from tests.integration.public_routes import refused_elsewhere
from tests.unit.events.given import HOME, STAFF

NO_CALENDAR, NOT_THERE = "calendar.unknown-community", "not-found"
OF_A_COMMUNITY = {
    f"/calendar/{HOME}": 200,
    f"/api/events/v1/communities/{HOME}/calendar.ics": 200,
    f"/api/events/v1/communities/{HOME}/activities.rss": 200,
    f"/api/events/v1/communities/{HOME}/schema-org": 200,
}


async def _answers(api: Caller) -> dict[str, int]:
    return {path: (await api.get(None, f"http://events.test{path}")).status_code for path in OF_A_COMMUNITY}


async def test_every_public_route_knows_a_community_from_any_word(api: Caller, opened: Sequence[Room]) -> None:
    assert await refused_elsewhere(api, standing.routers(opened), "atlantis", {}) == {
        "/calendar/{community}": NO_CALENDAR,
        "/calendar/{community}/{id}": NOT_THERE,
        "/calendar/{community}/series/{id}": NOT_THERE,
        "/calendar/{community}/{id}/door": NOT_THERE,
        "/api/events/v1/communities/{community}/calendar.ics": NO_CALENDAR,
        "/api/events/v1/communities/{community}/activities.rss": NO_CALENDAR,
        "/api/events/v1/communities/{community}/schema-org": NO_CALENDAR,
    }


@pytest.mark.parametrize("page", ["", "/nothing", "/series/nothing"])
@pytest.mark.parametrize(("lang", "said"), [("zh", "没有这个社区的日历"), ("en", "no calendar of such a community")])
async def test_a_browser_is_shown_a_page_that_leads_to_no_calendar(
    api: Caller, page: str, lang: str, said: str
) -> None:
    answer = await api.get(None, f"http://events.test/calendar/atlantis{page}", {"Accept": "text/html"}, lang=lang)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert (said in answer.text, "atlantis" in answer.text) == (True, False)


async def test_a_community_has_a_calendar_before_its_first_activity(
    api: Caller, runtime: Runtime[EventsSettings]
) -> None:
    place = {"_id": "building-9", "community": HOME, "seq": 1, "state": {"title": "9号楼"}}
    await runtime.database[PLACES].insert_one(place)
    assert await _answers(api) == OF_A_COMMUNITY


@pytest.mark.parametrize(("path", "more"), [("/activities", {}), ("/series", {"rule": "FREQ=WEEKLY;BYDAY=SA"})])
async def test_what_takes_place_makes_a_community_known(api: Caller, path: str, more: dict[str, str]) -> None:
    await api.ok(STAFF, path, an_activity(**more))
    assert await _answers(api) == OF_A_COMMUNITY
