"""A party that enrolled is registered for each date that is announced; what a guardian takes back frees the seats."""

from services.chassis.runtime import Runtime
from services.contracts.activities import ActivityRegistered, ActivityScheduled, ActivityWithdrawn
from services.events.children.store import CHILD, guarded_by
from services.events.enrolments.store import BY_TIME, ENROLMENT, of_person, standing_in
from services.events.settings import EventsSettings
from tests.integration.calling import Caller
from tests.integration.events.calling import an_activity
from tests.integration.events.planned import walks_an_index
from tests.integration.wire import Wire
from tests.unit.events.given import HOME, STAFF, resident


async def test_a_class_of_four_dates_with_one_left_out_and_a_consent_taken_back(running: tuple[Caller, Wire]) -> None:
    api, wire = running
    body = an_activity(rule="FREQ=WEEKLY;BYDAY=SA;COUNT=4", guardian_required=True)
    series = (await api.ok(STAFF, "/series", body))["id"]
    dates = await wire.wait_for_many(4, ActivityScheduled, series=series)
    enrolled = await api.ok(
        resident(1), f"/series/{series}/enrolments", {"party": 2, "guardian": True, "left_out": ["2026-03-14"]}
    )
    assert len(await wire.wait_for_many(3, ActivityRegistered, person="resident-1")) == 3
    await api.ok(resident(1), f"/enrolments/{enrolled['id']}/leave-out", {"on": "2026-03-21"})
    await wire.wait_for(ActivityWithdrawn, person="resident-1", why="series-left")
    await api.ok(resident(1), f"/enrolments/{enrolled['id']}/end")
    await wire.wait_for_many(3, ActivityWithdrawn, person="resident-1", why="series-left")

    child = await api.ok(resident(2), "/children", {"community": HOME, "label": "小宝", "birth_year": 2018})
    await api.ok(resident(2), f"/children/{child['id']}/consent", {"text": "consent-v1"})
    first = f"/activities/{dates[0][0].partitionkey}/registrations"
    await api.ok(resident(2), first, {"party": 2, "children": [child["id"]]})
    await api.ok(resident(2), f"/children/{child['id']}/withdraw-consent")
    await wire.wait_for(ActivityWithdrawn, person="resident-2", why="consent-withdrawn")
    assert (await api.get(resident(2), "/my/enrolments")).json()["items"] == []
    assert [each["id"] for each in (await api.get(resident(2), "/my/children")).json()["items"]] == [child["id"]]


async def test_every_query_walks_an_index(runtime: Runtime[EventsSettings]) -> None:
    enrolments, children = runtime.aggregates(ENROLMENT), runtime.aggregates(CHILD)
    await walks_an_index(enrolments, standing_in("series-1"), (BY_TIME, 1))
    await walks_an_index(enrolments, of_person("me"), ("at", -1))
    await walks_an_index(children, guarded_by("me"), ("at", -1))
