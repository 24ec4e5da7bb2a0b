"""A crowd of volunteers who take, refuse and give back seats, and the comparison of every seat with every hold."""

import asyncio
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, TypeVar

import httpx

from services.chassis.aggregate import Aggregate
from services.chassis.principal import Role
from services.chassis.store.aggregates import Kind
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.offers import LIVE
from services.volunteers.needs.store import NEED
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.people.store import VOLUNTEER
from services.volunteers.seats.domain import Owed, hold_of, standing
from tests.e2e.house import COMMUNITY
from tests.faults.scenarios.acting import acting
from tests.faults.scenarios.ground import Ground
from tests.faults.scenarios.insisting import Who, fine, insist, version
from tests.faults.storm.faults import Harm
from tests.waiting import eventually

A = TypeVar("A", bound=Aggregate)

_PEOPLE = 10
_TIMES = 3
_AT_ONE_TIME = 2
_AT_LEAST = 150
_AT_ONCE = 8
_STAFF: Who = ("staff-1", Role.STAFF)
_WAYS = ("take", "take", "take", "take", "accept", "decline", "decline", "withdraw", "withdraw", "ask", "ask")
_REFUSED = frozenset({403, 404, 409})
"""What somebody may well be answered who wants what another has, or what they don't have."""


class Crowd:
    """Volunteers, and staff who ask them, at needs of which some are at the same time.

    Args:
        breath: seconds between two commands of one of them.
    """

    def __init__(self, ground: Ground, breath: float = 0.0) -> None:
        self._ground = ground
        self._breath = breath
        self.acknowledged: set[tuple[str, str, int]] = set()
        self._people: list[str] = [f"resident-{n}" for n in range(_PEOPLE)]
        self._needs: list[str] = []
        self._answers: Counter[str] = Counter()

    @property
    def done(self) -> int:
        """How many commands were carried out."""
        return sum(times for way, times in self._answers.items() if way != "all")

    @property
    def refused(self) -> int:
        """How many commands were refused."""
        return self._answers["all"] - self.done

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
        async with acting(self.act_until, _AT_ONCE):
            await self._answered(dice.randint(1, _AT_LEAST // 2))
            await meanwhile(self._ground, dice, dice.uniform(0.3, 6))
            await self._answered(_AT_LEAST)
        assert self._answers["take"], "nobody took a seat"

    async def _answered(self, times: int) -> None:
        await eventually(lambda: self._answers.total() >= times, within=120)

    async def act_until(self, stopping: asyncio.Event) -> None:
        """One of them acts, one command after the other, until `stopping` is set."""
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
            await asyncio.sleep(self._breath)

    async def _done(self, who: Who, path: str, body: Any) -> dict[str, Any]:
        return fine(await self._send(who, path, body))

    async def _send(self, who: Who, path: str, body: Any) -> httpx.Response:
        return await insist(self._ground, "volunteers", who, path, body, first=self._ground.dice.randrange(2))


async def needs_and_volunteers(here: Ground) -> tuple[list[Need], list[Volunteer]]:
    """Every need and every volunteer, as a majority of the store has them."""
    return await of_kind(here, NEED), await of_kind(here, VOLUNTEER)


async def of_kind(here: Ground, kind: Kind[A]) -> list[A]:
    """Every aggregate of a kind of volunteers, as a majority of the store has them."""
    database = here.variables["VOLUNTEERS_DATABASE"]
    found = await here.look(lambda client: list(client[database][kind.collection].find({})))
    return [kind.model.model_validate({**each["state"], "id": each["_id"]}) for each in found]


def compare(needs: list[Need], volunteers: list[Volunteer], *, mended: bool) -> None:
    """Look at every seat and every hold.

    Raises:
        AssertionError: a seat has no hold of its own, a hold no seat, or somebody has two seats at one time.
    """
    wrong = wrong_holds(needs, volunteers, mended=mended)
    seats: defaultdict[str, list[Need]] = defaultdict(list)
    for need in needs:
        for offer in need.offers:
            if offer.status in LIVE:
                seats[offer.person].append(need)
    for person, taken in seats.items():
        taken.sort(key=lambda need: need.starts_at)
        wrong += [f"{person} sits in two places" for a, b in pairwise(taken) if b.starts_at < a.ends_at]
    assert not wrong, "\n".join(wrong[:20])


def wrong_holds(needs: list[Need], volunteers: list[Volunteer], *, mended: bool) -> list[str]:
    """The seats without a hold of their own, the holds without a seat, and the needs with more people than seats.

    Args:
        mended: whether the holds whose makers had no answer have been settled or released.
    """
    offers = {offer.id: (offer, need) for need in needs for offer in need.offers}
    holds = {booking.offer: booking for volunteer in volunteers for booking in volunteer.bookings}
    assert len(holds) == sum(len(volunteer.bookings) for volunteer in volunteers), "two holds for one offer"
    wrong: list[str] = []
    for id in offers.keys() | holds.keys():
        offer, need = offers.get(id, (None, None))
        hold = hold_of(holds.get(id))
        ended = need is not None and need.is_final
        row = standing(hold, None if offer is None else offer.status, ended=ended)
        if row is None:
            wrong.append(f"{id}: {hold} for {offer}")
        elif row.owed is not None and (mended or row.owed is not Owed.OFFER):
            wrong.append(f"{id}: {hold} for {offer}, and {row.owed} is owed")
    holders = {booking.offer: volunteer.person for volunteer in volunteers for booking in volunteer.bookings}
    for id, (offer, _) in offers.items():
        if offer.status in LIVE and id in holders and holders[id] != offer.person:
            wrong.append(f"{id}: the seat is of {offer.person}, the hold of {holders[id]}")
    for need in needs:
        live = Counter(offer.person for offer in need.offers if offer.status in LIVE)
        if live.total() > need.seats:
            wrong.append(f"{need.id} has {live.total()} people on {need.seats} seats")
        wrong += [f"{person} has {times} seats in {need.id}" for person, times in live.items() if times > 1]
    return wrong
