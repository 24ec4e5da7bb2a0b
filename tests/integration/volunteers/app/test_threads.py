"""The service as a whole on Kafka: from an activity to the hours, from a care plan to the hours, and to an erasure."""

from datetime import datetime
from typing import Any

from services.contracts.activities import (
    ActivityCancelled,
    ActivityCheckedOut,
    ActivityCompleted,
    ActivityKind,
    ActivityMoved,
    ActivityScheduled,
    ActivityStatus,
)
from services.contracts.notices import PersonErasureRequested
from services.contracts.volunteers import (
    AccountCredited,
    CarePlanRaised,
    NeedCancelled,
    NeedCompleted,
    NeedExpired,
    NeedMoved,
    NeedOffered,
    NeedOpened,
    NeedRefilling,
    NeedReopened,
    NeedStaffed,
    PersonDataErased,
    VolunteerErased,
)
from services.volunteers.needs.domain.opening import need_of_activity
from tests.integration.calling import Hand
from tests.integration.volunteers.bodies import a_direct_need
from tests.integration.volunteers.calling import Api, admit
from tests.integration.wire import Wire
from tests.unit.volunteers.world import DAY, HERE, HOUR, NOW, STAFF, person
from tests.waiting import eventually

ANN, BOB, CAI = person("ann"), person("bob"), person("cai")
START = NOW + 3 * DAY
ACTIVITY = "activity-1"
NEED = need_of_activity(ACTIVITY)
CALL = {"name": "王女士", "phone": "021-55551234", "relation": "女儿"}


def scheduled(**changes: Any) -> ActivityScheduled:
    given: dict[str, Any] = {
        "title": "迎新春",
        "kind": ActivityKind.FESTIVAL,
        "starts_at": START,
        "ends_at": START + 2 * HOUR,
        "venue": "square",
        "organiser": "organiser-1",
        "capacity": 100,
        "taken": 0,
        "waiting": 0,
        "attended": 0,
        "volunteers_needed": 2,
        "volunteers": [],
        "guardian_required": False,
        "status": ActivityStatus.SCHEDULED,
    }
    return ActivityScheduled(**given | changes)


def moved(start: datetime) -> ActivityMoved:
    return ActivityMoved(
        starts_at=start,
        ends_at=start + 2 * HOUR,
        venue="square",
        building=None,
        previous_starts_at=START,
        previous_venue="square",
    )


def checked_out(who: str, minutes: int = 120) -> ActivityCheckedOut:
    return ActivityCheckedOut(person=who, as_volunteer=True, at=START + 2 * HOUR, minutes=minutes, capped=False)


async def register(api: Api, *people: Any, **profile: Any) -> None:
    for who in people:
        await admit(api, who, **profile)


async def offered(api: Api, who: Any) -> list[Any]:
    """The needs that somebody is asked for."""
    needs = (await api.read(who, "/offers/me", community=HERE))["items"]
    return [need for need in needs if need["mine"] is not None and need["mine"]["status"] == "offered"]


async def says_yes(api: Api, who: Any, need: str) -> None:
    """Wait to be asked, then accept."""
    await eventually(lambda: offered(api, who))
    await api.ok(who, f"/needs/{need}/accept")


async def test_from_an_activity_to_the_hours_of_its_helpers(running: tuple[Api, Wire], hand: Hand) -> None:
    api, wire = running
    await register(api, ANN, BOB)
    for _ in range(2):
        await wire.publish(scheduled(), ACTIVITY, 1)
    envelope, opened = await wire.wait_for(NeedOpened, activity=ACTIVITY)
    assert (envelope.partitionkey, envelope.causationid, opened["seats"]) == (NEED, f"{ACTIVITY}.1", 2)
    for who in (ANN, BOB):
        await says_yes(api, who, NEED)
    _, staffed = await wire.wait_for(NeedStaffed, activity=ACTIVITY)
    assert staffed["volunteers"] == ["ann", "bob"]

    hand.wait(3 * DAY + 2 * HOUR)
    for _ in range(3):
        await wire.publish(checked_out("ann"), ACTIVITY, 2)
    await wire.publish(checked_out("bob", 90), ACTIVITY, 3)
    visitor = checked_out("visitor").model_copy(update={"as_volunteer": False})
    await wire.publish(visitor, ACTIVITY, 4)
    await wire.publish(ActivityCompleted(status=ActivityStatus.COMPLETED, at=hand.now), ACTIVITY, 5)
    await wire.wait_for(NeedCompleted, status="fulfilled")
    await wire.wait_for_many(2, AccountCredited)
    assert (await api.read(ANN, "/accounts/me", community=HERE))["minutes"] == 120
    assert (await api.read(BOB, "/accounts/me", community=HERE))["minutes"] == 90
    totals = await api.read(STAFF, "/accounts/totals", community=HERE)
    assert totals == {"community": HERE, "minutes": 210, "people": 2}
    assert len(wire.said(NeedOpened)) == 1
    assert len(wire.said(AccountCredited)) == 2


async def test_a_no_and_an_offer_that_ran_out_pass_the_seat_on(running: tuple[Api, Wire], hand: Hand) -> None:
    api, wire = running
    await register(api, ANN)
    times = {"starts_at": (NOW + 5 * DAY).isoformat(), "ends_at": (NOW + 5 * DAY + HOUR).isoformat()}
    need = (await api.ok(STAFF, "/needs", a_direct_need(**times)))["id"]
    await eventually(lambda: offered(api, ANN))
    await api.ok(ANN, f"/needs/{need}/decline")
    _, hop = await wire.wait_for(NeedRefilling)
    assert (hop["hop"], hop["vacant"]) == ("plan", 1)
    await register(api, BOB)
    await eventually(lambda: offered(api, BOB))
    hand.wait(25 * HOUR)
    await wire.wait_for(NeedExpired, person="bob")
    await register(api, CAI)
    await eventually(lambda: offered(api, CAI))
    await api.ok(CAI, f"/needs/{need}/accept")
    _, staffed = await wire.wait_for(NeedStaffed)
    assert staffed["volunteers"] == ["cai"]
    assert len(wire.said(NeedOffered)) == 3

    await api.ok(CAI, f"/needs/{need}/withdraw")
    _, reopened = await wire.wait_for(NeedReopened, person="cai")
    assert (reopened["volunteers"], reopened["status"]) == ([], "open")


async def test_a_moved_activity_asks_the_same_people_again_and_a_cancelled_one_frees_them(
    running: tuple[Api, Wire],
) -> None:
    api, wire = running
    await register(api, ANN)
    await wire.publish(scheduled(volunteers_needed=1), ACTIVITY, 1)
    await eventually(lambda: offered(api, ANN))
    await api.ok(ANN, f"/needs/{NEED}/accept")
    await wire.publish(moved(START + DAY), ACTIVITY, 2)
    _, fact = await wire.wait_for(NeedMoved)
    assert [released["person"] for released in fact["released"]] == ["ann"]
    await wire.wait_for(NeedReopened, activity=ACTIVITY)
    again = await eventually(lambda: offered(api, ANN))
    assert datetime.fromisoformat(again[0]["starts_at"]) == START + DAY

    await wire.publish(ActivityCancelled(status=ActivityStatus.CANCELLED, reason=None), ACTIVITY, 3)
    await wire.wait_for(NeedCancelled, activity=ACTIVITY)
    begin = START + DAY
    times = {"starts_at": begin.isoformat(), "ends_at": (begin + HOUR).isoformat()}
    other = (await api.ok(STAFF, "/needs", a_direct_need(**times)))["id"]
    found = await eventually(lambda: offered(api, ANN))
    assert [need["id"] for need in found] == [other]


async def test_a_care_plan_raises_its_visits_once_and_a_visit_ends_as_hours(
    running: tuple[Api, Wire], hand: Hand
) -> None:
    api, wire = running
    await register(api, ANN)
    plan = await api.ok(
        STAFF,
        "/care-plans",
        {
            "community": HERE,
            "elder": "elder-1",
            "kind": "visit",
            "building": "building-16",
            "home": "16-2-301",
            "note": "听力不好",
            "emergency": CALL,
            "recurrence": {"every": "week", "weekdays": [2], "at": "15:00", "since": "2024-01-29"},
        },
    )
    _, raised = await wire.wait_for(CarePlanRaised)
    needs = [visit["need"] for visit in raised["visits"]]
    await wire.wait_for_many(len(needs), NeedOpened, care_plan=plan["id"])
    first = (await eventually(lambda: offered(api, ANN)))[0]
    assert first["id"] == needs[0]
    assert "16-2-301" not in (await api.get(ANN, f"/needs/{first['id']}")).text
    await api.ok(ANN, f"/needs/{first['id']}/accept")
    assert (await api.read(ANN, f"/needs/{first['id']}"))["where"] is None  # two days ahead
    hand.wait(DAY + HOUR)
    where = (await api.read(ANN, f"/needs/{first['id']}"))["where"]
    assert where == {"elder": "elder-1", "home": "16-2-301", "note": "听力不好", "emergency": CALL}
    assert (await api.read(BOB, f"/needs/{first['id']}"))["where"] is None

    hand.wait(DAY + HOUR)
    await api.ok(ANN, f"/needs/{first['id']}/report", {"minutes": 70})
    await api.ok(STAFF, f"/needs/{first['id']}/confirm", {"person": "ann"})
    _, credited = await wire.wait_for(AccountCredited)
    assert (credited["added"], credited["source"], credited["need"]) == (70, "care-plan", first["id"])

    hand.wait(7 * DAY)
    _, more = (await wire.wait_for_many(2, CarePlanRaised))[1]
    await wire.wait_for_many(len(needs) + len(more["visits"]), NeedOpened, care_plan=plan["id"])
    opened = [envelope.partitionkey for envelope, _ in wire.said(NeedOpened)]
    assert len(opened) == len(set(opened))

    closed = await api.ok(STAFF, f"/care-plans/{plan['id']}/close")
    assert closed["status"] == "closed"
    await wire.wait_for_many(len(needs) + len(more["visits"]) - 2, NeedCancelled)


async def test_an_erased_person_is_gone_from_everywhere_and_the_answer_says_so(running: tuple[Api, Wire]) -> None:
    api, wire = running
    await register(api, ANN, building="building-16")
    await wire.publish(scheduled(volunteers_needed=1), ACTIVITY, 1)
    await eventually(lambda: offered(api, ANN))
    await api.ok(ANN, f"/needs/{NEED}/accept")
    await wire.publish(checked_out("ann"), "activity-0", 2)
    await wire.wait_for(AccountCredited)
    request = PersonErasureRequested(person="ann", request="request-1", requested_at=NOW, by="ann")
    for _ in range(2):
        await wire.publish(request, "person-1", 3)
    envelope, answer = await wire.wait_for(PersonDataErased, person="ann")
    assert (answer["request"], envelope.source) == ("request-1", "urn:community:volunteers")
    await wire.wait_for(VolunteerErased)
    _, reopened = await wire.wait_for(NeedReopened, activity=ACTIVITY)
    assert "ann" not in str(reopened)
    assert (await api.get(ANN, "/volunteers/me", community=HERE)).status_code == 404
    assert "ann" not in (await api.get(STAFF, f"/needs/{NEED}")).text
    accounts = (await api.read(STAFF, "/accounts", community=HERE))["items"]
    assert [account["minutes"] for account in accounts] == [120]
    assert accounts[0]["volunteer"].startswith("erased-")


async def test_a_volunteer_who_may_act_no_more_gives_back_the_seats_still_to_be_served(
    running: tuple[Api, Wire],
) -> None:
    api, wire = running
    await register(api, ANN)
    await wire.publish(scheduled(volunteers_needed=1), ACTIVITY, 1)
    need = (await eventually(lambda: offered(api, ANN)))[0]["id"]
    await api.ok(ANN, f"/needs/{need}/accept")
    ann = (await api.read(ANN, "/volunteers/me", community=HERE))["id"]
    await api.ok(STAFF, f"/volunteers/{ann}/disapprove")
    _, reopened = await wire.wait_for(NeedReopened, person="ann")
    assert (reopened["volunteers"], reopened["activity"]) == ([], ACTIVITY)
    await register(api, BOB)
    await says_yes(api, BOB, NEED)
    await wire.wait_for(NeedStaffed, volunteers=["bob"])
