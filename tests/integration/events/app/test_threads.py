"""The whole service on Kafka: the events that it publishes, and what it does on the events of others."""

import itertools

from services.chassis.runtime import Runtime
from services.contracts.activities import (
    ActivityCancelled,
    ActivityScheduled,
    ActivityStaffed,
    ActivityState,
    ActivityUnderstaffed,
    PersonErasedFromActivities,
    SeriesDateSkipped,
)
from services.contracts.event import fold
from services.contracts.notices import PersonErasureRequested
from services.contracts.volunteers import NeedReopened, NeedStaffed, NeedStatus, Origin
from services.events.settings import EventsSettings
from tests.integration.calling import Caller
from tests.integration.events.calling import an_activity
from tests.integration.wire import Wire
from tests.unit.events.given import HOME, NOW, STAFF, resident
from tests.waiting import eventually


def _staffed(activity: str | None, *volunteers: str) -> NeedStaffed:
    origin = Origin.CARE_PLAN if activity is None else Origin.ACTIVITY
    return NeedStaffed(origin=origin, activity=activity, volunteers=list(volunteers), status=NeedStatus.STAFFED)


def _reopened(activity: str, *volunteers: str) -> NeedReopened:
    return NeedReopened(
        origin=Origin.ACTIVITY,
        activity=activity,
        offer="offer-1",
        person="helper-1",
        filled=len(volunteers),
        volunteers=list(volunteers),
        status=NeedStatus.OPEN,
    )


async def test_helpers_come_and_go_as_the_volunteers_service_says(running: tuple[Caller, Wire]) -> None:
    api, wire = running
    activity = (await api.ok(STAFF, "/activities", an_activity()))["id"]
    _, scheduled = await wire.wait_for(ActivityScheduled, volunteers_needed=2)
    await wire.publish(_staffed(None, "helper-9"), "need-9", 4)
    for _ in range(2):
        await wire.publish(_staffed(activity, "helper-1", "helper-2"), "need-1", 4)
    await wire.publish(_reopened(activity, "helper-2"), "need-1", 5)
    await wire.publish(_staffed(activity, "helper-1", "helper-2"), "need-1", 4)
    envelope, understaffed = await wire.wait_for(ActivityUnderstaffed, volunteers=["helper-2"])
    staffed = [e for e, _ in wire.said(ActivityStaffed)]
    assert [e.sequence for e in staffed] == [2]
    assert (envelope.sequence, envelope.partitionkey, envelope.causationid) == (3, activity, "need-1.5")
    state = fold(fold(scheduled, ActivityState, {}), ActivityState, understaffed)
    await wire.publish(_staffed(activity, "helper-2", "helper-3"), "need-1", 6)
    envelope, _ = await wire.wait_for(ActivityStaffed, volunteers=["helper-2", "helper-3"])
    assert envelope.sequence == 4
    assert state["volunteers"] == ["helper-2"]


async def test_a_series_becomes_its_activities_and_a_skipped_date_is_cancelled(running: tuple[Caller, Wire]) -> None:
    api, wire = running
    series = (await api.ok(STAFF, "/series", an_activity(rule="FREQ=WEEKLY;BYDAY=SA")))["id"]
    scheduled = await wire.wait_for_many(8, ActivityScheduled, series=series)
    assert sorted(data["occurrence"] for _, data in scheduled)[:2] == ["2026-03-07", "2026-03-14"]
    listed = (await api.get(None, "/activities", community=HOME, series=series)).json()["items"]
    assert len(listed) == 8
    for item in listed:
        assert (await api.get(STAFF, f"/activities/{item['id']}/roster")).json()["check_in_code"] is None

    await api.ok(STAFF, f"/series/{series}/skip", {"on": "2026-03-14", "reason": "清明"})
    _, skipped = await wire.wait_for(SeriesDateSkipped, on="2026-03-14")
    envelope, cancelled = await wire.wait_for(ActivityCancelled, reason="清明")
    assert envelope.partitionkey == skipped["activity"]
    assert cancelled["status"] == "cancelled"

    await api.ok(STAFF, f"/series/{series}/end")
    await wire.wait_for_many(8, ActivityCancelled, status="cancelled")
    left = (await api.get(None, "/activities", community=HOME, series=series, status="scheduled")).json()["items"]
    assert left == []


async def test_an_erasure_request_is_carried_out_and_answered(running: tuple[Caller, Wire]) -> None:
    api, wire = running
    activity = (await api.ok(STAFF, "/activities", an_activity(capacity=1)))["id"]
    for n in (1, 2):
        await api.ok(resident(n), f"/activities/{activity}/registrations", {})
    request = PersonErasureRequested(person="resident-1", request="request-1", requested_at=NOW, by="resident-1")
    for _ in range(2):
        await wire.publish(request, "person-1", 3)
    envelope, answer = await wire.wait_for(PersonErasedFromActivities, person="resident-1")
    assert answer["request"] == "request-1"
    assert envelope.source == "urn:community:events"
    roster = (await api.get(STAFF, f"/activities/{activity}/roster")).text
    assert "resident-1" not in roster
    assert (await api.get(resident(2), f"/activities/{activity}/registrations/me")).json()["status"] == "registered"


async def test_a_running_service_writes_without_asking_for_tombstones(
    running: tuple[Caller, Wire], runtime: Runtime[EventsSettings]
) -> None:
    """It reads them ahead; a moment before the first reading, or when the machine is slow, it asks."""
    api, _ = running
    activity = (await api.ok(STAFF, "/activities", an_activity(capacity=1)))["id"]
    profile, residents = runtime.database["system.profile"], itertools.count(1)

    async def registers_unasked() -> bool:
        asked = {"ns": runtime.gone.collection.full_name, "command.filter._id": {"$exists": True}}
        before = await profile.count_documents(asked)
        await api.ok(resident(next(residents)), f"/activities/{activity}/registrations", {})
        return bool(await profile.count_documents(asked) == before)

    await runtime.database.command({"profile": 2})
    try:
        await eventually(registers_unasked)
    finally:
        await runtime.database.command({"profile": 0})

    await runtime.gone.bury("resident-1", None)  # as another process does

    async def refused() -> bool:
        answer = await api.post(resident(1), f"/activities/{activity}/registrations", {})
        return bool(answer.json().get("code") == "person.erased")

    await eventually(refused)
