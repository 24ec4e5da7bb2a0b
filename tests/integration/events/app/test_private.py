"""A private activity: words that stand in it alone are looked for on every public surface and on the topics."""

import asyncio
from typing import Any

from aiokafka import AIOKafkaConsumer
from icalendar import Calendar

from services.chassis.principal import Principal
from services.contracts.activities import (
    ActivityCancelled,
    ActivityChanged,
    ActivityRegistered,
    ActivityScheduled,
    SeriesChanged,
)
from services.contracts.topics import ACTIVITIES
from services.events.activities.domain.privacy import BUSY_ZH
from tests.integration.calling import Caller
from tests.integration.events.calling import an_activity
from tests.integration.wire import Wire
from tests.unit.events.given import GRID, HOME, STAFF, resident
from tests.waiting import patiently

CANARIES = ("金丝雀", "canary")
SECRET: dict[str, Any] = {
    "title": "金丝雀座谈",
    "title_en": "Canary talk",
    "private": True,
    "min_age": 16,
    "details": {
        "description": "金丝雀的说明",
        "bring": "金丝雀食",
        "hosted_by": "金丝雀队",
        "host": "canary-team",
    },
}
USES = {"equipment": [{"kind": "projector"}]}
PAGES = f"/calendar/{HOME}"


async def test_a_private_activity_is_only_busy_for_those_who_have_nothing_to_do_with_it(
    running: tuple[Caller, Wire], kafka_bootstrap: str, topic_prefix: str
) -> None:
    api, wire = running
    equipped = {"equipment": [{"kind": "projector", "zh": "投影仪", "count": 1}]}
    hall = (await api.ok(STAFF, "/venues", {"community": HOME, "venue": "committee-hall", "zh": "大厅", **equipped}))[
        "id"
    ]
    secret = (await api.ok(STAFF, "/activities", an_activity(**SECRET)))["id"]
    turned = (await api.ok(STAFF, "/activities", an_activity(venue="garden", title="茶话会", details=USES)))["id"]
    of_secret = an_activity(**SECRET, rule="FREQ=WEEKLY;BYDAY=SU;COUNT=9", venue="yard")
    weekly = (await api.ok(STAFF, "/series", of_secret))["id"]
    known = await api.ok(STAFF, "/series", an_activity(rule="FREQ=WEEKLY;BYDAY=SA;COUNT=5", venue="park", title="太极"))
    named = await wire.wait_for_many(3, ActivityScheduled, series=known["id"])
    await wire.wait_for_many(3, ActivityScheduled, series=weekly)
    await api.ok(STAFF, f"/activities/{turned}/change", {key: SECRET[key] for key in ("title", "title_en", "private")})
    on = named[2][1]["occurrence"]
    apart = {"scope": "one", "on": on, "private": True, "title": "金丝雀太极"}
    await api.ok(STAFF, f"/series/{known['id']}/change", apart)
    await wire.wait_for(SeriesChanged, number=0)
    await wire.wait_for_many(2, ActivityChanged, title=BUSY_ZH, kind="service", private=True)
    dates = [named[2][0].aggregate_id, secret, turned]

    for by in (None, resident(9), GRID):
        for path in await _public(api, by, dates, [weekly], hall):
            answer = await api.get(by, path)
            assert answer.status_code in (200, 404), (path, answer.text)
            assert not _tells(answer.text), (path, answer.text)
        for id in dates:
            assert (await api.get(by, f"/activities/{id}")).status_code == 404
        rows = (await api.get(by, f"/activities?community={HOME}&limit=100")).json()["items"]
        busy = {row["id"]: row for row in rows if row["private"]}
        assert {*dates} <= busy.keys()
        assert {row["title"] for row in busy.values()} == {BUSY_ZH}
        assert all((row["series"], row["capacity"], row["can"]) == (None, 0, []) for row in busy.values())
        for asked in ("host=canary-team", "kind=clinic", "age=30", "free=1", f"series={weekly}"):
            found = (await api.get(by, f"/activities?community={HOME}&limit=100&{asked}")).json()["items"]
            assert not busy.keys() & {row["id"] for row in found}, asked
    assert (await api.post(resident(9), f"/activities/{secret}/registrations", {})).status_code == 404
    assert (await api.post(resident(9), f"/series/{weekly}/enrolments", {})).status_code == 404
    refused = await api.post(STAFF, "/activities", an_activity(title="别的"))
    assert refused.status_code == 409
    assert BUSY_ZH in refused.text
    assert not _tells(refused.text)

    feed = Calendar.from_ical((await api.get(None, f"/communities/{HOME}/calendar.ics")).content)
    entries = {str(each["uid"]): each for each in feed.walk("VEVENT") if each.get("class") == "PRIVATE"}
    assert {f"{id}@events.community" for id in dates} <= entries.keys()
    assert {"DESCRIPTION", "URL", "CATEGORIES", "CONTACT"} & {key for each in entries.values() for key in each} == set()

    await api.ok(STAFF, f"/activities/{secret}/registrations", {"person": "resident-1", "ages_confirmed": True})
    await wire.wait_for(ActivityRegistered, person="resident-1")
    assert (await api.get(resident(1), f"/activities/{secret}")).json()["title"] == SECRET["title"]
    (row,) = (await api.get(resident(1), f"/activities?community={HOME}&host=canary-team")).json()["items"]
    assert row["id"] == secret
    own = (await api.ok(resident(1), "/my/calendar", {}))["address"].rpartition("/")[2]
    (entry,) = Calendar.from_ical((await api.get(None, f"/calendars/{own}")).content).walk("VEVENT")
    assert (str(entry["summary"]), str(entry["class"])) == (SECRET["title"], "PRIVATE")
    await api.ok(STAFF, f"/activities/{secret}/cancel", {"reason": "金丝雀病了"})
    await wire.wait_for(ActivityCancelled)
    short = await api.post(STAFF, "/activities", an_activity(venue="roof", title="别的", details=USES))
    assert short.json()["code"] == "venue.equipment-short", "what it uses stays booked"
    for topic in (ACTIVITIES.name, ACTIVITIES.state):
        for message in await _everything_on(topic_prefix + topic, kafka_bootstrap):
            assert not _tells(message), (topic, message)

    await api.ok(STAFF, f"/activities/{turned}/change", {"private": False})
    await wire.wait_for(ActivityChanged, title=SECRET["title"], private=False, kind="clinic")
    assert (await api.get(None, f"/activities/{turned}")).json()["title"] == SECRET["title"]


async def _public(api: Caller, by: Principal | None, dates: list[str], series: list[str], hall: str) -> list[str]:
    paths = [
        f"/activities?community={HOME}&limit=100",
        f"/series?community={HOME}",
        f"/communities/{HOME}/calendar.ics",
        f"/communities/{HOME}/calendar.ics?venue=committee-hall",
        f"/communities/{HOME}/activities.rss",
        f"/communities/{HOME}/activities.rss?venue=committee-hall",
        f"/communities/{HOME}/schema-org",
        f"/venues/{hall}/bookings?from=2026-03-01T00:00:00Z&to=2026-06-01T00:00:00Z",
        f"{PAGES}?span=month&on=2026-03-07",
        f"{PAGES}?span=month&on=2026-03-07&lang=en",
        f"/choices?community={HOME}",
    ]
    for id in dates:
        one = f"/activities/{id}"
        paths += [one, f"{one}/schema-org", f"{one}/feedback", f"{PAGES}/{id}", f"{PAGES}/{id}/door"]
    for id in series:
        paths += [f"/series/{id}", f"{PAGES}/series/{id}"]
    return paths


def _tells(text: str) -> bool:
    return any(word in text.lower() for word in CANARIES)


async def _everything_on(topic: str, bootstrap: str) -> list[str]:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        found: list[str] = []
        async with asyncio.timeout(patiently(40)):
            while any([await consumer.position(part) < end for part, end in ends.items()]):
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    found += [(record.value or b"").decode() for record in records]
    finally:
        await consumer.stop()
    assert found
    return found
