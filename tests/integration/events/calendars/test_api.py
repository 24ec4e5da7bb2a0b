"""The calendar over HTTP follows its activities, and is not sent again to those who have it."""

import feedparser
from icalendar import Calendar

from tests.integration.calling import Caller
from tests.integration.events.calling import an_activity, scheduled
from tests.unit.events.given import HOME, STAFF, resident
from tests.waiting import eventually


async def test_the_calendar_follows_and_spares_those_who_have_it(api: Caller) -> None:
    path = f"/communities/{HOME}/calendar.ics"
    place = await scheduled(api)
    first = await api.get(None, path)
    assert first.headers["content-type"] == "text/calendar; charset=utf-8"
    (entry,) = Calendar.from_ical(first.content).walk("VEVENT")
    assert (str(entry["status"]), entry["sequence"]) == ("CONFIRMED", 0)
    have = {"If-None-Match": first.headers["etag"]}
    through_a_proxy = f'"another", W/{first.headers["etag"]}'  # who packs an answer weakens its tag
    for tags in (first.headers["etag"], through_a_proxy, "*"):
        assert (await api.get(None, path, {"If-None-Match": tags})).status_code == 304
    await api.ok(STAFF, f"{place}/cancel", {"reason": "大雨"})
    second = await api.get(None, path, have)
    assert second.status_code == 200
    (entry,) = Calendar.from_ical(second.content).walk("VEVENT")
    assert (str(entry["status"]), entry["sequence"]) == ("CANCELLED", 1)


async def test_a_personal_calendar_opens_by_its_secret_until_that_is_revoked(api: Caller) -> None:
    path = await scheduled(api)
    await scheduled(api, title="别的活动")
    await api.ok(resident(1), f"{path}/registrations", {})
    first = await api.ok(resident(1), "/my/calendar", {})
    second = await api.ok(resident(1), "/my/calendar", {})
    assert first != second
    place = "/calendars/" + second["address"].rpartition("/")[2]
    body = (await api.get(None, place)).content
    assert [str(entry["summary"]) for entry in Calendar.from_ical(body).walk("VEVENT")] == ["每月义诊"]
    assert len(Calendar.from_ical(body).walk("VALARM")) == 1
    own = (await api.ok(STAFF, "/my/calendar", {}))["address"].rpartition("/")[2]
    organised = Calendar.from_ical((await api.get(None, f"/calendars/{own}")).content).walk("VEVENT")
    assert sorted(str(entry["summary"]) for entry in organised) == sorted(["每月义诊", "别的活动"])
    assert (await api.get(None, "/calendars/" + first["address"].rpartition("/")[2])).status_code == 404
    assert (await api.post(resident(1), "/my/calendar/revoke", {})).status_code == 204
    assert (await api.get(None, place)).status_code == 404


async def test_a_venue_has_a_calendar_and_feed_readers_see_what_comes_next(api: Caller) -> None:
    await scheduled(api, title="义诊 <b>&amp;")
    await scheduled(api, venue="garden", title="植树")
    await api.ok(STAFF, "/series", an_activity(rule="FREQ=WEEKLY;BYDAY=SA", venue="garden", title="太极"))
    await api.ok(STAFF, "/venues", {"community": HOME, "venue": "garden", "zh": "花园", "en": "Garden"})

    async def read() -> Calendar:
        return Calendar.from_ical((await api.get(None, f"/communities/{HOME}/calendar.ics", venue="garden")).content)

    async def called() -> bool:
        return str((await read())["name"]) == "社区活动 Community activities (花园 Garden)"

    await eventually(called)
    assert sorted(str(e["summary"]) for e in (await read()).walk("VEVENT")) == ["太极", "植树"]
    elsewhere = {"scope": "one", "on": "2026-03-14", "venue": "committee-hall"}
    series = (await api.get(None, "/series", community=HOME)).json()["items"][0]["id"]
    await api.ok(STAFF, f"/series/{series}/change", elsewhere)
    assert b"EXDATE;TZID=Asia/Shanghai:20260314T090000" in (await read()).to_ical()
    hall = (await api.get(None, f"/communities/{HOME}/calendar.ics", venue="committee-hall")).content
    assert [str(e["summary"]) for e in Calendar.from_ical(hall).walk("VEVENT")] == ["义诊 <b>&amp;", "太极"]
    fed = feedparser.parse((await api.get(None, f"/communities/{HOME}/activities.rss")).content)
    assert not fed.bozo
    assert [entry.title for entry in fed.entries] == ["义诊 <b>&amp;", "植树"]
    garden = feedparser.parse((await api.get(None, f"/communities/{HOME}/activities.rss", venue="garden")).content)
    assert (garden.feed.title, [each.title for each in garden.entries]) == (str((await read())["name"]), ["植树"])
    linked = (await api.get(None, f"/communities/{HOME}/schema-org", venue="garden")).json()
    assert [each["item"]["name"] for each in linked["itemListElement"]] == ["植树"]


async def test_a_host_and_a_person_have_feeds_of_what_comes_next(api: Caller) -> None:
    await scheduled(api, title="排练", details={"host": "team-choir"})
    seat = await scheduled(api, title="插花", venue="garden")
    for form in ("activities.rss", "schema-org"):
        of_team = (await api.get(None, f"/communities/{HOME}/{form}", host="team-choir")).text
        assert ("排练" in of_team, "插花" in of_team) == (True, False), form
    await api.ok(resident(1), f"{seat}/registrations", {})
    address = (await api.ok(resident(1), "/my/calendar", {}))["address"].rpartition("/")[2].removesuffix(".ics")
    mine = feedparser.parse((await api.get(None, f"/calendars/{address}.rss")).content)
    assert (mine.bozo, [each.title for each in mine.entries]) == (False, ["插花"])
    await api.post(resident(1), "/my/calendar/revoke", {})
    assert (await api.get(None, f"/calendars/{address}.rss")).status_code == 404
