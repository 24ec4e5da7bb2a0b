"""A party that enrolled is registered for each date that is announced; what a guardian takes back frees the seats."""

from datetime import datetime, timedelta
from functools import partial

import pytest

from services.chassis.aggregate import Decision
from services.chassis.principal import Role
from services.chassis.runtime import Runtime
from services.chassis.store.aggregates import Cause
from services.chassis.subscriber.handlers import Handlers, Received
from services.chassis.values import local_date
from services.contracts.activities import (
    ActivityDetails,
    ActivityPartyChanged,
    ActivityPromoted,
    ActivityRegistered,
    ActivityScheduled,
    ActivityWithdrawn,
    EnrolmentCalledOff,
    EnrolmentDateLeftOut,
    EnrolmentDateTaken,
    EnrolmentEnded,
    EnrolmentMade,
)
from services.contracts.envelope import Envelope
from services.events.activities.domain.scheduling import Plan, announce
from services.events.activities.store import ACTIVITY
from services.events.children.domain import Child
from services.events.children.store import CHILD, guarded_by
from services.events.enrolments import domain as rules
from services.events.enrolments import reactions as following
from services.events.enrolments.domain import Enrolment
from services.events.enrolments.reactions import reactions
from services.events.enrolments.store import (
    BY_TIME,
    ENROLMENT,
    just_before,
    of_person,
    standing_in,
    standing_of,
    standing_with_child,
)
from services.events.registrations import domain as registrations
from services.events.registrations.claims import COLLECTION as REGISTERING
from services.events.registrations.claims import Claims
from services.events.registrations.store import Standings
from services.events.series.domain import series as all_series
from services.events.series.domain.series import Series
from services.events.series.store import SERIES
from services.events.settings import EventsSettings
from tests.integration.calling import Caller
from tests.integration.events.calling import an_activity
from tests.integration.events.planned import walks_an_index
from tests.integration.wire import Wire
from tests.unit.events.given import HOME, MINUTE, STAFF, START, person, plan, resident

ME = Cause("staff-1")


async def test_a_class_of_four_dates_with_one_left_out_and_a_consent_taken_back(running: tuple[Caller, Wire]) -> None:
    api, wire = running
    body = an_activity(rule="FREQ=WEEKLY;BYDAY=SA;COUNT=4", guardian_required=True)
    series = (await api.ok(STAFF, "/series", body))["id"]
    dates = await wire.wait_for_many(4, ActivityScheduled, series=series)
    kid = await _child_of(api, 1)
    party = {"party": 2, "children": [kid], "left_out": ["2026-03-14"]}
    enrolled = await api.ok(resident(1), f"/series/{series}/enrolments", party)
    assert enrolled["names"]["series"] == (await api.get(None, f"/series/{series}")).json()["title"]
    assert {each["command"] for each in enrolled["can"]} >= {"leave-out", "change", "end"}
    assert len(await wire.wait_for_many(3, ActivityRegistered, person="resident-1")) == 3
    await api.ok(resident(1), f"/enrolments/{enrolled['id']}/leave-out", {"on": "2026-03-21"})
    await wire.wait_for(ActivityWithdrawn, person="resident-1", why="series-left")
    last = {data["occurrence"]: f"/activities/{envelope.partitionkey}" for envelope, data in dates}["2026-03-28"]
    await api.ok(resident(1), f"{last}/registrations/me/withdraw")
    await wire.wait_for(EnrolmentDateLeftOut, on="2026-03-28")
    await api.ok(resident(1), f"/enrolments/{enrolled['id']}/take", {"on": "2026-03-28"})
    await wire.wait_for_many(4, ActivityRegistered, person="resident-1")
    await api.ok(resident(1), f"{last}/registrations/me/withdraw")
    await wire.wait_for_many(2, EnrolmentDateLeftOut, on="2026-03-28")
    await api.ok(resident(1), f"{last}/registrations", {"party": 2, "children": [kid], "guardian": True})
    await wire.wait_for_many(2, EnrolmentDateTaken, on="2026-03-28")  # registering there is to take the date
    await api.ok(resident(1), f"/enrolments/{enrolled['id']}/end")
    await wire.wait_for_many(3, ActivityWithdrawn, person="resident-1", why="series-left")
    again = f"/enrolments/{enrolled['id']}/again"
    await api.ok(resident(1), again, {"party": 2, "children": [kid]})
    await wire.wait_for_many(9, ActivityRegistered, person="resident-1")
    await api.ok(resident(1), f"/children/{kid}/withdraw-consent")
    await wire.wait_for_many(2, EnrolmentEnded)  # with the consent, not date by date
    await wire.wait_for_many(4, ActivityWithdrawn, person="resident-1", why="consent-withdrawn")
    await api.ok(resident(1), f"/children/{kid}/consent", {"text": "consent-v2"})
    back = await api.ok(resident(1), again, {"party": 2, "children": [kid]})
    assert (back["stands"], back["left_out"]) == (True, [])
    await wire.wait_for_many(13, ActivityRegistered, person="resident-1")
    await api.ok(resident(1), f"/enrolments/{enrolled['id']}/end")
    await wire.wait_for_many(7, ActivityWithdrawn, person="resident-1", why="series-left")

    child, behind = await _child_of(api, 2), await _child_of(api, 3)
    first = f"/activities/{dates[0][0].partitionkey}/registrations"
    await api.ok(resident(2), first, {"party": 2, "children": [child]})
    assert (await api.ok(resident(3), first, {"party": 3, "children": [behind]}))["status"] == "waitlisted"
    await api.ok(resident(2), f"/children/{child}/withdraw-consent")
    await wire.wait_for(ActivityWithdrawn, person="resident-2", why="consent-withdrawn")
    await wire.wait_for(ActivityPromoted, person="resident-3")
    assert (await api.get(resident(2), "/my/enrolments")).json()["items"] == []
    assert [each["id"] for each in (await api.get(resident(2), "/my/children")).json()["items"]] == [child]


async def _child_of(api: Caller, n: int) -> str:
    """A child of a resident, with their consent."""
    child = await api.ok(resident(n), "/children", {"community": HOME, "label": "小宝", "birth_year": 2018})
    await api.ok(resident(n), f"/children/{child['id']}/consent", {"text": "consent-v1"})
    return str(child["id"])


async def test_who_enrolled_in_a_class_is_told_when_it_is_called_off_before_its_dates_are_in_sight(
    running: tuple[Caller, Wire],
) -> None:
    api, wire = running
    far = {"starts_at": "2026-07-06T09:00:00+08:00", "ends_at": "2026-07-06T10:00:00+08:00"}
    summer = (await api.ok(STAFF, "/series", an_activity(rule="FREQ=DAILY;COUNT=5", title="暑期班", **far)))["id"]
    await api.ok(resident(1), f"/series/{summer}/enrolments", {})
    near = (await api.ok(STAFF, "/series", an_activity(rule="FREQ=WEEKLY;COUNT=2", venue="yard", title="近")))["id"]
    await wire.wait_for_many(2, ActivityScheduled, series=near)
    await api.ok(resident(2), f"/series/{near}/enrolments", {})
    await wire.wait_for_many(2, ActivityRegistered, person="resident-2")
    await _three_come_instead_of_one(api, wire, near)
    change = {"scope": "following", "on": "2026-07-08", "title": "暑期小课堂"}
    later = await api.ok(STAFF, f"/series/{summer}/change/preview", change)
    assert [(each["starts_at"][:10], each["enrolled"], each["enrolled_heads"]) for each in later] == [
        (f"2026-07-{day:02}", ["resident-1"], 1) for day in (8, 9, 10)
    ]
    off = await api.ok(STAFF, f"/series/{summer}/end/preview", {"cancels": True})
    assert [(each["told"], each["enrolled"]) for each in off] == [(["cancelled"], ["resident-1"])] * 5
    sooner = await api.ok(STAFF, f"/series/{near}/end/preview", {"cancels": True})
    assert [(each["told"], each["seated_heads"], each["enrolled"]) for each in sooner] == [
        (["cancelled"], heads, []) for heads in (3, 3)
    ]
    for series in (summer, near):
        await api.ok(STAFF, f"/series/{series}/end", {"reason": "老师离职"})
    _, told = await wire.wait_for(EnrolmentCalledOff, person="resident-1")
    assert (told["untold"], told["title"], told["reason"]) == (True, "暑期班", "老师离职")
    _, of_dates = await wire.wait_for(EnrolmentCalledOff, person="resident-2")
    assert of_dates["untold"] is False  # each of its dates tells
    assert [each["stands"] for each in (await api.get(resident(1), "/my/enrolments")).json()["items"]] == [False]


async def test_the_desk_finds_who_comes_to_every_date_and_ends_it_for_who_telephones(
    running: tuple[Caller, Wire],
) -> None:
    api, _ = running
    series = (await api.ok(STAFF, "/series", an_activity(rule="FREQ=WEEKLY;COUNT=2")))["id"]
    path = f"/series/{series}/enrolments"
    for n in (2, 1, 3):
        await api.ok(STAFF, path, {"person": f"resident-{n}"})
    ahead = (await api.get(STAFF, path)).json()
    assert {each["person"] for each in ahead["items"]} == {"resident-1", "resident-2", "resident-3"}
    assert (ahead["total"], ahead["next"]) == (3, None)
    (one,) = (await api.get(STAFF, f"{path}?person=resident-1")).json()["items"]
    assert "end" in {each["command"] for each in one["can"]}
    await api.ok(STAFF, f"/enrolments/{one['id']}/end")
    left = (await api.get(STAFF, path)).json()["items"]
    assert {each["person"] for each in left} == {"resident-2", "resident-3"}
    assert (await api.get(STAFF, f"{path}?person=resident-1")).json()["items"] == []
    for stranger in (resident(2), person("other", Role.ORGANISER), person("staff-2", Role.STAFF, home="elsewhere")):
        assert (await api.get(stranger, path)).status_code == 404


async def _three_come_instead_of_one(api: Caller, wire: Wire, series: str) -> None:
    """A party that is enrolled grows: a date that is too full keeps it as it was, the others take it as it is then."""
    dates = sorted(wire.said(ActivityScheduled, series=series), key=lambda fact: str(fact[1]["starts_at"]))
    full, free = (f"/activities/{envelope.partitionkey}" for envelope, _ in dates)
    await api.ok(resident(5), f"{full}/registrations", {"party": 2})
    (enrolment,) = (await api.get(resident(2), "/my/enrolments")).json()["items"]
    assert (await api.get(resident(2), f"/enrolments/{enrolment['id']}")).json()["can"] == enrolment["can"] != []
    path = f"/enrolments/{enrolment['id']}/change"
    foreseen = await api.ok(resident(2), f"{path}/preview", {"party": 3})
    changed = await api.ok(resident(2), path, {"party": 3})
    assert (changed["party"], changed["dates"]) == (3, foreseen)
    assert [(each["outcome"], each["code"]) for each in foreseen] == [
        ("refused", "activity.seats-short"),
        ("kept", None),
    ]
    await wire.wait_for(ActivityPartyChanged, person="resident-2", party=3)
    assert (await api.get(resident(2), f"{full}/registrations/me")).json()["party"] == 1
    assert (await api.get(resident(2), f"{free}/registrations/me")).json()["party"] == 3
    refused = await api.post(resident(2), path, {"party": 5})
    assert refused.json()["code"] == "activity.party-too-large"


def _as(decision: Decision[Enrolment], now: datetime) -> Decision[Enrolment]:
    return decision


async def test_a_rush_keeps_the_order_of_enrolling_whoever_reaches_a_date_first(
    runtime: Runtime[EventsSettings],
) -> None:
    of_series, handlers = await _one_dated(runtime, plan(capacity=1))
    enrolled = [await _enrolled(runtime, of_series, n) for n in (1, 2)]
    for received in reversed(enrolled):
        for name, reaction in handlers.reactions[EnrolmentMade.type]:
            await reaction(Received(received.envelope, received.event, name))
    seen = (await runtime.aggregates(ACTIVITY).get("a-1")).aggregate
    assert [[p.person for p in each] for each in (seen.seated, seen.waiting)] == [["resident-1"], ["resident-2"]]


async def test_who_has_something_else_by_then_is_not_seated_on_a_date_that_refuses_it(
    runtime: Runtime[EventsSettings],
) -> None:
    refusing = plan(details=ActivityDetails.model_validate({"terms": {"overlapping": "refused"}}))
    of_series, handlers = await _one_dated(runtime, refusing)
    activities, me = runtime.aggregates(ACTIVITY), resident(1)
    await activities.create("b-1", lambda now: announce("b-1", HOME, plan(), "1", now), ME)
    await activities.change("b-1", lambda a, now: registrations.register(a, me.sub, 1, me, now), ME)
    received = await _enrolled(runtime, of_series, 1)
    for name, reaction in handlers.reactions[EnrolmentMade.type]:
        await reaction(Received(received.envelope, received.event, name))
    assert (await activities.get("a-1")).aggregate.party_of(me.sub) is None
    assert (await runtime.aggregates(ENROLMENT).get("enrolment-1")).aggregate.left_out == (local_date(START),)


async def test_who_enrols_while_the_series_is_called_off_is_enrolled_in_nothing_and_told_so(
    runtime: Runtime[EventsSettings],
) -> None:
    read_before, handlers = await _one_dated(runtime, plan())
    await runtime.aggregates(SERIES).change("series-1", lambda s, now: all_series.end(s, STAFF, now, cancels=True), ME)
    received = await _enrolled(runtime, read_before, 1)  # whoever called it off has looked for the enrolled by now
    for name, reaction in handlers.reactions[EnrolmentMade.type]:
        await reaction(Received(received.envelope, received.event, name))
    enrolments = runtime.aggregates(ENROLMENT)
    assert not (await enrolments.get("enrolment-1")).aggregate.stands
    document = await enrolments.collection.find_one({"_id": "enrolment-1"})
    assert document is not None
    assert EnrolmentCalledOff.type in str(document["outbox"])


async def test_who_leaves_a_date_out_while_they_are_registered_for_it_has_no_seat_there(
    runtime: Runtime[EventsSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    of_series, handlers = await _one_dated(runtime, plan())
    received, me, on = await _enrolled(runtime, of_series, 1), resident(1), local_date(START)
    leave_out = lambda e, now: rules.leave_out(e, of_series, on, me, now)  # noqa: E731

    async def meanwhile(*_: object) -> list[Child]:
        await runtime.aggregates(ENROLMENT).change("enrolment-1", leave_out, Cause(me.sub))
        return []

    monkeypatch.setattr(following, "named", meanwhile)
    for name, reaction in handlers.reactions[EnrolmentMade.type]:
        await reaction(Received(received.envelope, received.event, name))
    assert (await runtime.aggregates(ACTIVITY).get("a-1")).aggregate.party_of(me.sub) is None


async def _one_dated(runtime: Runtime[EventsSettings], planned: Plan) -> tuple[Series, Handlers]:
    """A series by that plan whose first date is in sight, and what enrolments do on events."""
    activities, series = runtime.aggregates(ACTIVITY), runtime.aggregates(SERIES)
    made = lambda now: all_series.start("series-1", HOME, planned, "FREQ=WEEKLY", STAFF, now)  # noqa: E731
    of_series = (await series.create("series-1", made, ME)).aggregate
    on = local_date(START)
    await activities.create("a-1", lambda now: announce("a-1", HOME, planned, "1", now, "series-1", on), ME)
    handlers, enrolments = Handlers(), runtime.aggregates(ENROLMENT)
    standings = Standings(activities, Claims(runtime.database[REGISTERING]), 0, timedelta(0))
    reactions(handlers, enrolments, series, activities, runtime.aggregates(CHILD), standings, runtime.clock)
    return of_series, handlers


async def _enrolled(runtime: Runtime[EventsSettings], series: Series, n: int) -> Received[EnrolmentMade]:
    """A resident enrols, each a second after the one before; the event is to be heard yet."""
    who, now = resident(n), runtime.clock() + n * MINUTE / 60
    decision = rules.enrol(f"enrolment-{n}", series, rules.Enrol(), who.sub, who, now)
    await runtime.aggregates(ENROLMENT).create(f"enrolment-{n}", partial(_as, decision), ME)
    (event,) = decision.events
    assert isinstance(event, EnrolmentMade)
    envelope = Envelope(
        id=f"e.{n}",
        type=EnrolmentMade.type,
        source="urn:community:events",
        subject=f"enrolment-{n}",
        time=runtime.clock(),
        sequence=1,
        partitionkey=f"enrolment-{n}",
        community=HOME,
    )
    return Received(envelope, event, "")


async def test_every_query_walks_an_index(runtime: Runtime[EventsSettings]) -> None:
    enrolments, children = runtime.aggregates(ENROLMENT), runtime.aggregates(CHILD)
    await walks_an_index(enrolments, standing_in("series-1"), (BY_TIME, 1))
    person = Enrolment(
        id="e", community=HOME, series="series-1", person="me", by="me", heads=1, made_at=runtime.clock()
    )
    await walks_an_index(enrolments, just_before(person), (BY_TIME, -1))
    for of_me in (of_person("me"), standing_of("me"), standing_with_child("child-1")):
        await walks_an_index(enrolments, of_me, ("at", -1))
    await walks_an_index(children, guarded_by("me"), ("at", -1))
