"""A day of service, from the asking to the confirmed minutes, at two replicas that are killed again and again."""

import asyncio
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import httpx

from services.chassis.aggregate import derived_id
from services.chassis.clock import Shifted, begin, move
from services.chassis.principal import Role
from services.chassis.values import ZONE
from services.contracts.volunteers import NeedStatus
from services.volunteers.hours.domain.ledger import Account
from services.volunteers.hours.domain.merging import services_of
from services.volunteers.hours.store import ACCOUNT
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.offers import LIVE, OPEN, TO_SERVE, Offer, OfferStatus
from services.volunteers.people.domain.volunteer import Volunteer
from tests.e2e.house import COMMUNITY
from tests.faults.scenarios.acting import acting
from tests.faults.scenarios.audit import at_rest, audit
from tests.faults.scenarios.crowd import needs_and_volunteers, of_kind, wrong_holds
from tests.faults.scenarios.ground import READY, Ground, ground
from tests.faults.scenarios.insisting import Who, fine, insist, version
from tests.faults.scenarios.mending import mend_later
from tests.faults.scenarios.probes import all_consume
from tests.faults.scenarios.site import Site
from tests.faults.storm.faults import kill_leader, kill_replica
from tests.waiting import eventually

_RESIDENTS = 8
_DOUBLES = ("resident-0", "resident-1", "double-1")
"""Whose second record each `double-N` is; that of the last is the second record of a second record."""
_STARTS = (40, 40, 60, 100, 100)
"""When the needs begin, in minutes of the day of service. Some overlap."""
_LASTS = timedelta(minutes=40)
_ENDS = timedelta(minutes=165)
_STEP = timedelta(minutes=8)
"""The clock goes on by less than a hold may be late: nothing under way takes so long on any machine."""
_COMMANDS_A_STEP = 14
_AT_ONCE = 6
_KILLED = 0.35
_LIKELY = 0.8
_STAFF: tuple[Who, ...] = (("staff-1", Role.STAFF), ("staff-2", Role.STAFF))
_GRID: Who = ("grid-1", Role.GRID_WORKER)
_REFUSED = frozenset({403, 404, 409})

_PLANNED = {
    "take": 5,
    "accept": 3,
    "decline": 1,
    "withdraw": 2,
    "promise": 2,
    "standby": 1,
    "step-aside": 1,
    "offers": 4,
    "take-off": 1,
    "reseat": 1,
    "check-in": 3,
    "came": 1,
    "not-there": 1,
    "move": 1,
    "merge": 1,
    "disapprove": 1,
    "approve": 3,
    "cancel": 0.1,
}
_BEGUN = {"check-in": 6, "came": 2, "no-show": 1, "check-out": 3, "report": 2, "confirm": 1, "merge": 1, "approve": 2}
_OVER = {"check-out": 3, "report": 2, "confirm": 6, "merge": 1, "came": 1, "no-show": 1, "approve": 1}
_OF_A_SEAT = frozenset(_BEGUN) | {"withdraw", "promise", "take-off", "reseat", "not-there"} - {"merge", "approve"}
"""What people do before a need begins, while it goes on and afterwards, and how often."""


async def under_kills(site: Site, seed: int) -> None:
    """The whole day is lived while replicas are killed: each seat keeps its hold, each minute counts once."""
    clock = site.folder / f"clock-{site.name()}"
    morning = (Shifted(clock)() + timedelta(days=1)).astimezone(ZONE).replace(hour=9, minute=0, second=0, microsecond=0)
    begin(clock, morning)
    settings = {"VOLUNTEERS_CODE_MINUTES_AFTER": "20", "VOLUNTEERS_STAFFING_SECONDS": "2"}
    async with ground(site, seed, ("volunteers",) * 2, DEVELOPMENT_CLOCK=str(clock), **settings) as here:
        day = Day(here, clock, morning)
        await day.prepare()
        await all_consume(here, "volunteers")
        await day.live()
        for replica in here.replicas:
            await replica.ready(READY)
        await all_consume(here, "volunteers")
        await day.confirm_all()
        await audit(here, day.acknowledged)
        await mend_later(here, Shifted(clock))
        await audit(here, day.acknowledged)
        needs, volunteers = await at_rest(here, ["volunteers"], lambda: needs_and_volunteers(here))
        accounts = await of_kind(here, ACCOUNT)
        wrong = [
            *wrong_holds(needs, volunteers, mended=True),
            *_double_bookings(needs, volunteers),
            *_wrong_minutes(needs, volunteers, accounts),
            *day.lost(needs, volunteers),
        ]
        assert not wrong, "\n".join(wrong[:20])


class Day:
    """What people do in the day of service, one command after the other, and what they were answered."""

    def __init__(self, ground: Ground, clock: Any, morning: datetime) -> None:
        self._ground = ground
        self._dice = ground.dice
        self._clock = clock
        self._morning = morning
        self._people = [f"resident-{n}" for n in range(_RESIDENTS)] + [f"double-{n}" for n in range(len(_DOUBLES))]
        self._ids: dict[str, str] = {}
        self._needs: dict[str, datetime] = {}
        self._seated: defaultdict[str, set[str]] = defaultdict(set)
        self._confirmed: set[tuple[str, str]] = set()
        self._merged: set[tuple[str, str]] = set()
        self.acknowledged: set[tuple[str, str, int]] = set()
        self.answers: Counter[str] = Counter()

    async def prepare(self) -> None:
        """Everybody is approved, and every need is open; the first has a lead and a helper."""
        for person in self._people:
            mine = fine(await self._send((person, Role.RESIDENT), "volunteers", {"community": COMMUNITY}))
            self._ids[person] = mine["id"]
            fine(await self._send(self._staff(), f"volunteers/{mine['id']}/approve"))
        for n, minutes in enumerate(_STARTS):
            at = self._morning + timedelta(minutes=minutes)
            need = {"community": COMMUNITY, "category": "chores", "seats": self._dice.randint(1, 3), **_span(at)}
            if n == 0:
                need["roles"] = [{"role": "lead"}, {"role": "helper"}]
            self._needs[fine(await self._send(self._staff(), "needs", need))["id"]] = at

    async def live(self) -> None:
        """The clock goes on step by step to the end of the day while people act and replicas are killed."""
        kills = 0
        while Shifted(self._clock)() < self._morning + _ENDS:
            goal = self.answers.total() + _COMMANDS_A_STEP
            async with acting(partial(self._act, goal), _AT_ONCE):
                if self._dice.random() < _KILLED:
                    await self._kill()
                    kills += 1
                await eventually(lambda goal=goal: self.answers.total() >= goal, within=120)  # type: ignore[misc]
            move(self._clock, Shifted(self._clock)() + _STEP)
        assert kills, "nobody was killed"
        assert self.answers["take"], "nobody took a seat"
        assert self.answers["check-in"], "nobody was there"

    async def _kill(self) -> None:
        """One replica, or first the one and then the other, while commands are under way."""
        await asyncio.sleep(self._dice.uniform(0, 0.3))
        harm = kill_leader if self._dice.random() < 0.3 else kill_replica
        await harm(self._ground, self._dice, self._dice.uniform(0, 4))

    async def _act(self, goal: int, stopping: asyncio.Event) -> None:
        while not stopping.is_set() and self.answers.total() < goal:
            now = Shifted(self._clock)()
            need, at = self._dice.choice(list(self._needs.items()))
            person = self._dice.choice(self._people)
            ways = _PLANNED if now < at else _BEGUN if now < at + _LASTS else _OVER
            way = self._dice.choices(list(ways), list(ways.values()))[0]
            if way in _OF_A_SEAT and self._dice.random() < _LIKELY:
                person = self._dice.choice(sorted(self._seated[need]) or [person])
            await self._one(way, need, person)

    async def _one(self, way: str, need: str, person: str) -> None:
        who: Who = (person, Role.RESIDENT)
        whom: dict[str, Any] = {"person": person}
        at, body = f"needs/{need}/{way}", None
        match way:
            case "offers":
                who, body = self._staff(), whom | {"reason": "熟悉"}
            case "take-off":
                who, body = self._staff(), whom | {"reason": "other"}
            case "reseat":
                who, body = self._staff(), whom | {"role": self._dice.choice(["lead", "helper"])}
            case "came" | "confirm":
                who, body = self._staff(), whom
            case "check-in" | "check-out" | "not-there" | "no-show":
                who, body = _GRID, whom
            case "report":
                body = {"minutes": self._dice.randint(1, 20)}
            case "move":
                moved = self._morning + timedelta(minutes=self._dice.choice(_STARTS))
                who, body = self._staff(), _span(moved)
            case "cancel":
                who = self._staff()
            case "approve" | "disapprove":
                who, at = self._staff(), f"volunteers/{self._ids[person]}/{way}"
            case "merge":
                n = self._dice.randrange(len(_DOUBLES))
                into, whom = _DOUBLES[n], {"person": f"double-{n}"}
                who, at, body = self._staff(), f"volunteers/{self._ids[into]}/merge", whom
        answer = await self._send(who, at, body)
        self.answers["all" if answer.status_code in _REFUSED else way] += 1
        if answer.status_code in _REFUSED:
            return
        fine(answer)
        if way in ("withdraw", "take-off"):
            self._seated[need].discard(person)
        if way in ("take", "accept"):
            self._seated[need].add(person)
        if way == "move":
            self._needs[need] = moved
        if way == "confirm":
            self._confirmed.add((need, person))
        if way == "merge":
            self._merged.add((whom["person"], into))

    async def confirm_all(self) -> None:
        """Two of staff confirm the minutes of everybody who has served, at the same time."""
        needs, _ = await needs_and_volunteers(self._ground)
        served = [(need.id, o.person) for need in needs for o in need.offers if o.status in TO_SERVE]
        for need, person in served:
            body = {"person": person, "minutes": self._dice.randint(1, 40)}
            answers = await asyncio.gather(*(self._send(who, f"needs/{need}/confirm", body) for who in _STAFF))
            if any(answer.is_success for answer in answers):
                self._confirmed.add((need, person))
            assert all(answer.is_success or answer.status_code in _REFUSED for answer in answers), answers

    def lost(self, needs: list[Need], volunteers: list[Volunteer]) -> list[str]:
        """What was acknowledged and left nothing behind: minutes that were confirmed, and records that were merged."""
        going_on = {volunteer.person: volunteer.merged_into for volunteer in volunteers}
        served = {(need.id, o.person) for need in needs for o in need.offers if o.status is OfferStatus.FULFILLED}
        return [
            *(f"{person} was confirmed at {need}" for need, person in self._confirmed - served),
            *(f"{one} was merged into {into}" for one, into in self._merged if going_on[one] is None),
        ]

    def _staff(self) -> Who:
        return self._dice.choice(_STAFF)

    async def _send(self, who: Who, path: str, body: Any = None) -> httpx.Response:
        answer = await insist(self._ground, "volunteers", who, path, body, first=self._dice.randrange(2))
        if answer.is_success:
            self.acknowledged.add(("volunteers", answer.json()["id"], version(answer)))
        return answer


def _span(at: datetime) -> dict[str, str]:
    return {"starts_at": at.isoformat(), "ends_at": (at + _LASTS).isoformat()}


def _double_bookings(needs: list[Need], volunteers: list[Volunteer]) -> list[str]:
    """Who sits in two places at one time, and who has a seat still to be served under a name that ended.

    What had begun before it was known that two records are of one person goes on as it was under both names.
    """
    last = _names(volunteers)
    sits: defaultdict[str, list[tuple[Need, Offer]]] = defaultdict(list)
    wrong = []
    for need in needs:
        for offer in need.offers:
            if offer.status not in LIVE or need.status is NeedStatus.CANCELLED:
                continue
            if last[offer.person] != offer.person:
                if offer.status in OPEN and not need.is_final:
                    wrong.append(f"{offer} is of somebody who goes on as {last[offer.person]}")
            elif not _began_under_another_name(need, offer):
                sits[offer.person].append((need, offer))
    for taken in sits.values():
        taken.sort(key=lambda each: each[0].starts_at)
        for (a, first), (b, then) in pairwise(taken):
            if b.starts_at < a.ends_at:
                wrong.append(f"{first} of {a.id} and {then} of {b.id} are at one time")
    return wrong


def _began_under_another_name(need: Need, offer: Offer) -> bool:
    handed_over = any(offer.id == derived_id("offer", before.id, offer.person) for before in need.offers)
    return handed_over and offer.offered_at >= need.starts_at


def _wrong_minutes(needs: list[Need], volunteers: list[Volunteer], accounts: list[Account]) -> list[str]:
    """Where what the accounts say differs from what was confirmed at the needs."""
    last = _names(volunteers)
    confirmed: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for need in needs:
        for offer in need.offers:
            if offer.status is OfferStatus.FULFILLED:
                confirmed[last[offer.person], need.id].add(offer.minutes or 0)
    credited: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    wrong = []
    for account in accounts:
        services = services_of(account)
        if account.minutes != sum(service.minutes for service in services):
            wrong.append(f"{account.volunteer} has {account.minutes} minutes, and entries of others: {services}")
        for service in services:
            credited[account.volunteer, service.source_id].append(service.minutes)
    for key in confirmed.keys() | credited.keys():
        given, counted = confirmed.get(key, set()), credited.get(key, [])
        if len(counted) != 1 or counted[0] not in given:
            wrong.append(f"minutes of {key}: {sorted(given)} were confirmed, {counted} are credited")
    return wrong


def _names(volunteers: list[Volunteer]) -> dict[str, str]:
    """Under which name each person goes on."""
    into = {volunteer.person: volunteer.merged_into for volunteer in volunteers}

    def last(person: str) -> str:
        following = into[person]
        return person if following is None else last(following)

    return {person: last(person) for person in into}
