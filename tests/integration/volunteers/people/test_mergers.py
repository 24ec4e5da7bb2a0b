"""Three records of one person become one: every room names the last of them, whichever merger is followed first."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import pytest

from services.chassis.aggregate import Decision
from services.chassis.room import Room
from services.chassis.runtime import Runtime
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Leaver
from services.chassis.subscriber.handlers import Handlers
from services.contracts.volunteers import VolunteerMerged, VolunteerStatus
from services.volunteers.attendance.domain.presence import How, Presence, arrive, presence_id
from services.volunteers.attendance.store import PRESENCE
from services.volunteers.care.domain.plans import CarePlan
from services.volunteers.meals.domain.rounds import MealRound, OpenRound, open_round
from services.volunteers.meals.store import MEAL_ROUND
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.seating import accept, offer, tentative
from services.volunteers.people.domain.leaving import end
from services.volunteers.people.domain.partners import avoid
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
from services.volunteers.people.room import erase
from services.volunteers.records.domain.record import Enter, Part, Record, enter, new_record, record_id
from services.volunteers.records.store import RECORD
from services.volunteers.settings import VolunteersSettings
from services.volunteers.teams.domain.joining import join
from services.volunteers.teams.domain.team import Membership, Team
from services.volunteers.teams.store import TEAM
from tests.integration.calling import Hand
from tests.integration.volunteers.bodies import a_direct_need
from tests.integration.volunteers.calling import Api
from tests.integration.volunteers.stored import CAUSE, stored_need, stored_volunteer
from tests.unit.volunteers.making import a_plan, a_team
from tests.unit.volunteers.seats.interleaved import received
from tests.unit.volunteers.world import DAY, HERE, HOUR, NOW, STAFF, person

CHAIN = (("ann-3", "ann-2"), ("ann-2", "ann"))


def merged(person: str, into: str) -> VolunteerMerged:
    return VolunteerMerged(person=person, into=into, approved=False, status=VolunteerStatus.PAUSED)


def _ended(into: str, volunteer: Volunteer, now: datetime) -> Decision[Volunteer]:
    return end(volunteer, into, STAFF, now)


@pytest.mark.parametrize("order", [CHAIN, CHAIN[::-1]], ids=["as they were merged", "the other way"])
async def test_every_room_names_the_last_record(
    runtime: Runtime[VolunteersSettings],
    rooms: Sequence[Room],
    volunteers: Aggregates[Volunteer],
    needs: Aggregates[Need],
    care_plans: Aggregates[CarePlan],
    hand: Hand,
    order: Sequence[tuple[str, str]],
) -> None:
    teams: Aggregates[Team] = runtime.aggregates(TEAM)
    rounds: Aggregates[MealRound] = runtime.aggregates(MEAL_ROUND)
    records: Aggregates[Record] = runtime.aggregates(RECORD)
    presences: Aggregates[Presence] = runtime.aggregates(PRESENCE)
    for who in ("ann", "ann-2", "ann-3", "bob"):
        await stored_volunteer(volunteers, who)
    await volunteers.change(volunteer_id(HERE, "bob"), lambda v, now: avoid(v, "ann-3"), CAUSE)
    await teams.create("team-1", lambda now: join(a_team(), Membership(), person("ann-3"), now), CAUSE)
    await care_plans.create("care-plan-1", lambda now: a_plan(refused=frozenset({"ann-3"})), CAUSE)
    meals = OpenRound(community=HERE, on=NOW.date(), cutoff=NOW + HOUR, carrier="ann-3")
    await rounds.create("round-1", lambda now: open_round("round-1", meals, STAFF, now, approved=True), CAUSE)
    training = Enter(community=HERE, person="ann-3", part=Part.TRAINING, title="急救", on=NOW.date())
    await records.create(
        record_id(HERE, "ann-3"), lambda now: enter(new_record(HERE, "ann-3"), training, "entry-1", STAFF, now), CAUSE
    )
    await stored_need(needs, "need-1")
    need = (await needs.get("need-1")).aggregate
    hold = tentative(need, "offer-1", NOW)
    await needs.change("need-1", lambda n, now: offer(n, hold, "ann-3", now), CAUSE)
    await needs.change("need-1", lambda n, now: accept(n, person("ann-3"), now), CAUSE)
    hand.now = need.starts_at
    there = arrive(need, "ann-3", How.SEEN, "grid-1", hand.now, DAY)
    await presences.create(there.aggregate.id, lambda now: there, CAUSE)
    for one, into in CHAIN:
        await volunteers.change(volunteer_id(HERE, one), partial(_ended, into), CAUSE)
    table = Handlers()
    for room in rooms:
        if room.reactions is not None:
            room.reactions(table)
    for one, into in order:
        for name, reaction in table.reactions[VolunteerMerged.type]:
            sequence = 3 + CHAIN.index((one, into))
            await reaction(received(merged(one, into), volunteer_id(HERE, one), sequence, HERE, name))
    team = (await teams.get("team-1")).aggregate
    assert team.people == {"ann", team.leader}
    assert (await care_plans.get("care-plan-1")).aggregate.refused == {"ann"}
    assert (await rounds.get("round-1")).aggregate.carrier == "ann"
    kept = {who: await records.find(record_id(HERE, who)) for who in ("ann", "ann-2", "ann-3")}
    assert [who for who, found in kept.items() if found is not None and found.aggregate.entries] == ["ann"]
    assert (await volunteers.get(volunteer_id(HERE, "bob"))).aggregate.avoids == {"ann"}
    assert (await needs.get("need-1")).aggregate.volunteers == ["ann"]
    found = await presences.find(presence_id(need, "ann"))
    assert found is not None
    assert found.aggregate.left_at is None


async def test_nothing_is_merged_where_one_record_is_refused_and_a_chain_is_erased_whole(
    api: Api, volunteers: Aggregates[Volunteer], runtime: Runtime[VolunteersSettings]
) -> None:
    ids = {who: await stored_volunteer(volunteers, who) for who in ("ann", "ann-2", "ann-3", "bob")}
    await api.ok(STAFF, "/volunteers", {"community": HERE})
    before = await volunteers.get(ids["ann"])
    path = f"/volunteers/{ids['ann']}/merge"
    assert await api.refused(STAFF, path, {"person": STAFF.sub}) == (403, "volunteer.not-by-oneself")
    assert await volunteers.get(ids["ann"]) == before
    await api.ok(STAFF, f"/volunteers/{ids['ann-2']}/merge", {"person": "ann-3"})
    await api.ok(STAFF, path, {"person": "ann-2"})
    await api.ok(person("bob"), f"/volunteers/{ids['bob']}/avoid", {"person": "ann-3"})
    assert (await volunteers.get(ids["bob"])).aggregate.avoids == {"ann"}
    assert (await volunteers.get(ids["ann"])).aggregate.avoided_by == {"bob"}
    sheet = await api.get(STAFF, "/records/export.csv", community=HERE, part="basic")
    assert [line.split(",")[0] for line in sheet.text.splitlines()[1:]].count("ann") == 1
    assert "ann-" not in sheet.text
    need = await api.ok(STAFF, "/needs", a_direct_need(helped="ann-3"))
    assert await api.refused(person("ann"), f"/needs/{need['id']}/take") == (409, "volunteer.not-eligible")
    await erase(volunteers, Leaver(person="ann", stand_in="gone-1", community=None, cause=CAUSE))
    for who in ("ann", "ann-2", "ann-3"):
        assert (await volunteers.get(ids[who])).aggregate.erased
    await stored_volunteer(volunteers, "cem")
    assert await api.refused(STAFF, f"/volunteers/{ids['bob']}/merge", {"person": "ann"}) == (404, "not-found")
    assert (await volunteers.get(ids["bob"])).aggregate.approved
