"""Seats that many people take, refuse and give back at once, at two replicas, while the store or Kafka is disturbed."""

import asyncio
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import httpx

from services.chassis.aggregate import Aggregate
from services.chassis.clock import utc_now
from services.chassis.principal import Role
from services.chassis.store.aggregates import Kind
from services.volunteers.app import service
from services.volunteers.matching.plans import Plans
from services.volunteers.matching.quiet import QuietHours
from services.volunteers.matching.refilling import Refilling
from services.volunteers.matching.staffing import Staffing
from services.volunteers.matching.store import PLAN
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.offers import LIVE
from services.volunteers.needs.store import NEED
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.people.store import DANGLES_AFTER, VOLUNTEER
from services.volunteers.seats.domain import Owed, hold_of, standing
from services.volunteers.seats.service import Seats
from services.volunteers.settings import VolunteersSettings
from tests.e2e.house import COMMUNITY
from tests.faults.scenarios.acting import acting
from tests.faults.scenarios.audit import at_rest, audit
from tests.faults.scenarios.ground import READY, Ground, ground
from tests.faults.scenarios.insisting import Who, fine, insist, version
from tests.faults.scenarios.probes import all_consume
from tests.faults.scenarios.site import Site
from tests.faults.storm.faults import (
    Harm,
    cut_kafka,
    freeze_kafka,
    freeze_primary,
    kill_kafka,
    kill_leader,
    kill_primary,
    step_down,
)
from tests.integration import standing as stood
from tests.waiting import eventually

A = TypeVar("A", bound=Aggregate)

_PEOPLE = 10
_TIMES = 3
_AT_ONE_TIME = 2
_AT_LEAST = 150
_AT_ONCE = 8
_STAFF: Who = ("staff-1", Role.STAFF)
_HARMS: tuple[Harm, ...] = (
    kill_primary,
    freeze_primary,
    step_down,
    kill_kafka,
    freeze_kafka,
    cut_kafka,
    kill_leader,
)
_WAYS = ("take", "take", "take", "take", "accept", "decline", "decline", "withdraw", "withdraw", "ask", "ask")
_REFUSED = frozenset({403, 404, 409})
"""What somebody may well be answered who wants what another has, or what they don't have."""


class Crowd:
    """Volunteers, and staff who ask them, at needs of which some are at the same time."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.acknowledged: set[tuple[str, str, int]] = set()
        self._people: list[str] = [f"resident-{n}" for n in range(_PEOPLE)]
        self._needs: list[str] = []
        self._answers: Counter[str] = Counter()

    async def prepare(self) -> None:
        """Everybody is approved, and every need is open."""
        begins = (datetime.now(UTC) + timedelta(days=5)).replace(minute=0, second=0, microsecond=0)
        for n in range(_TIMES * _AT_ONE_TIME):
            at = begins + timedelta(hours=3 * (n // _AT_ONE_TIME))
            need = {
                "community": COMMUNITY,
                "category": "chores",
                "starts_at": at.isoformat(),
                "ends_at": (at + timedelta(hours=2)).isoformat(),
                "seats": self._ground.dice.randint(1, 2),
            }
            self._needs.append((await self._done(_STAFF, "needs", need))["id"])
        for person in self._people:
            mine = await self._done((person, Role.RESIDENT), "volunteers", {"community": COMMUNITY})
            await self._done(_STAFF, f"volunteers/{mine['id']}/approve", None)

    async def rush(self, meanwhile: Harm) -> None:
        """Everybody takes, refuses and gives back, at least so many times, before, during and after a harm."""
        dice = self._ground.dice
        async with acting(self._act_until, _AT_ONCE):
            await self._answered(dice.randint(1, _AT_LEAST // 2))
            await meanwhile(self._ground, dice, dice.uniform(0.3, 6))
            await self._answered(_AT_LEAST)
        assert self._answers["take"], "nobody took a seat"

    async def _answered(self, times: int) -> None:
        await eventually(lambda: self._answers.total() >= times, within=120)

    async def _act_until(self, stopping: asyncio.Event) -> None:
        dice = self._ground.dice
        while not stopping.is_set():
            person, need, way = dice.choice(self._people), dice.choice(self._needs), dice.choice(_WAYS)
            if way == "ask":
                answer = await self._send(_STAFF, f"needs/{need}/offers", {"person": person, "reason": "熟悉"})
            else:
                answer = await self._send((person, Role.RESIDENT), f"needs/{need}/{way}", None)
            if answer.status_code not in _REFUSED:
                fine(answer)
                self.acknowledged.add(("volunteers", need, version(answer)))
                self._answers[way] += 1
            self._answers["all"] += 1

    async def _done(self, who: Who, path: str, body: Any) -> dict[str, Any]:
        return fine(await self._send(who, path, body))

    async def _send(self, who: Who, path: str, body: Any) -> httpx.Response:
        return await insist(self._ground, "volunteers", who, path, body, first=self._ground.dice.randrange(2))


async def of_a_take(site: Site, seed: int) -> None:
    """Many take, refuse and give back at two replicas while something is disturbed: each seat keeps its own hold."""
    hours = {"VOLUNTEERS_OFFER_HOURS": "24" if seed % 2 else "0.002"}
    async with ground(site, seed, ("volunteers", "volunteers"), **hours) as here:
        crowd = Crowd(here)
        await crowd.prepare()
        await all_consume(here, "volunteers")
        await crowd.rush(here.dice.choice(_HARMS))
        for replica in here.replicas:
            await replica.ready(READY)
        await all_consume(here, "volunteers")
        await audit(here, crowd.acknowledged)
        _compare(*await at_rest(here, ["volunteers"], lambda: _all(here)), mended=False)
        await _mend_later(here)
        await audit(here, crowd.acknowledged)
        _compare(*await at_rest(here, ["volunteers"], lambda: _all(here)), mended=True)


async def _mend_later(here: Ground) -> None:
    """What a replica does once the holds that lead nowhere, for their makers had no answer, have run out."""
    settings = stood.settings_for(
        VolunteersSettings,
        here.members.url,
        here.variables["VOLUNTEERS_DATABASE"],
        Path(here.variables["AUTH_DEVELOPMENT_KEY"]),
    )
    late = timedelta(hours=25) + DANGLES_AFTER
    async with stood.runtime(settings, {}, lambda: utc_now() + late, kinds=service.kinds) as runtime:
        needs, volunteers = runtime.aggregates(NEED), runtime.aggregates(VOLUNTEER)
        seats = Seats(needs, volunteers, runtime.clock, timedelta(days=1))
        plans = Plans(runtime.aggregates(PLAN), runtime.database, runtime.clock)
        never = QuietHours(0, 0)
        refilling = Refilling(needs, volunteers, seats, runtime.clock, never)
        a_day = timedelta(days=1)
        await Staffing(needs, volunteers, seats, plans, refilling, runtime.clock, a_day, never).staff(COMMUNITY)


async def _all(here: Ground) -> tuple[list[Need], list[Volunteer]]:
    database = here.variables["VOLUNTEERS_DATABASE"]

    async def of(kind: Kind[A]) -> list[A]:
        found = await here.look(lambda client: list(client[database][kind.collection].find({})))
        return [kind.model.model_validate({**each["state"], "id": each["_id"]}) for each in found]

    return await of(NEED), await of(VOLUNTEER)


def _compare(needs: list[Need], volunteers: list[Volunteer], *, mended: bool) -> None:
    """Look at every seat and every hold.

    Raises:
        AssertionError: a seat has no hold of its own, a hold no seat, or somebody has two seats at one time.
    """
    offers = {offer.id: (offer, need) for need in needs for offer in need.offers}
    holds = {booking.offer: booking for volunteer in volunteers for booking in volunteer.bookings}
    assert len(holds) == sum(len(volunteer.bookings) for volunteer in volunteers), "two holds for one offer"
    wrong: list[str] = []
    for id in offers.keys() | holds.keys():
        offer, hold = offers[id][0] if id in offers else None, hold_of(holds.get(id))
        row = standing(hold, None if offer is None else offer.status)
        if row is None:
            wrong.append(f"{id}: {hold} for {offer}")
        elif row.owed is not None and (mended or row.owed is not Owed.OFFER):
            wrong.append(f"{id}: {hold} for {offer}, and {row.owed} is owed")
    holders = {booking.offer: volunteer.person for volunteer in volunteers for booking in volunteer.bookings}
    seats: defaultdict[str, list[Need]] = defaultdict(list)
    for id, (offer, need) in offers.items():
        if offer.status in LIVE:
            seats[offer.person].append(need)
            if holders.get(id) != offer.person:
                wrong.append(f"{id}: the seat is of {offer.person}, the hold of {holders.get(id)}")
    for person, taken in seats.items():
        taken.sort(key=lambda need: need.starts_at)
        wrong += [f"{person} sits in two places" for a, b in pairwise(taken) if b.starts_at < a.ends_at]
    for need in needs:
        live = sum(offer.status in LIVE for offer in need.offers)
        if live > need.seats:
            wrong.append(f"{need.id} has {live} people on {need.seats} seats")
    assert not wrong, "\n".join(wrong[:20])
