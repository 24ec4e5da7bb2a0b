"""The calendar over HTTP follows its activities, and is not sent again to those who have it."""

from icalendar import Calendar

from tests.integration.calling import Caller
from tests.integration.events.calling import scheduled
from tests.unit.events.given import HOME, STAFF


async def test_the_calendar_follows_and_spares_those_who_have_it(api: Caller) -> None:
    path = f"/communities/{HOME}/calendar.ics"
    place = await scheduled(api)
    first = await api.get(None, path)
    assert first.headers["content-type"] == "text/calendar; charset=utf-8"
    (entry,) = Calendar.from_ical(first.content).walk("VEVENT")
    assert (str(entry["status"]), entry["sequence"]) == ("CONFIRMED", 1)
    have = {"If-None-Match": first.headers["etag"]}
    assert (await api.get(None, path, have)).status_code == 304
    await api.ok(STAFF, f"{place}/cancel", {"reason": "大雨"})
    second = await api.get(None, path, have)
    assert second.status_code == 200
    (entry,) = Calendar.from_ical(second.content).walk("VEVENT")
    assert (str(entry["status"]), entry["sequence"]) == ("CANCELLED", 2)
    elsewhere = await api.get(None, "/communities/elsewhere/calendar.ics")
    assert Calendar.from_ical(elsewhere.content).walk("VEVENT") == []
