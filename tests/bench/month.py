"""A month of a community, played by several policies: `python -m tests.bench.month --seeds 3`.

What happens is drawn (who says yes, when, who gives a seat back, who does not come); what is decided is decided by the
service's own rules. All policies meet the same people and needs, and pass the same filters. People who are asked more
than `ASKS_A_WEEK` times in a week answer less and less, whoever asks them.
"""

import argparse
import heapq
import random
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from services.chassis.errors import CommunityError
from services.chassis.principal import Principal, member
from services.contracts.volunteers import Origin
from services.volunteers.matching.flow import match
from services.volunteers.matching.rings import learned, ring_size
from services.volunteers.needs.domain import inviting, seating
from services.volunteers.needs.domain.eligibility import RULES, SAFETY, Rule, first_failure, hold
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.offers import LIVE, TO_SERVE, OfferStatus
from services.volunteers.people.domain.bookings import count_ask, release, settle
from services.volunteers.people.domain.profile import ASKS_A_WEEK, Window
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id

HERE = "sunshine"
BEGIN = datetime(2026, 11, 1, 16, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PEOPLE, NEEDS_A_DAY, DAYS = 120, 14, 28
WORK = {"visit": None, "chores": None, "meal": None, "haircut": "haircut", "tutoring": "tutoring", "check": "nursing"}
NOTICE = {"visit": 3 * DAY, "haircut": 3 * DAY, "check": 5 * DAY}
GIVES_BACK, STAYS_AWAY, SAYS_NO = 0.12, 0.04, 0.4


@dataclass
class Score:
    """What a month came to. `refills`: for each seat that was lost, the hours until the next yes, or None."""

    seats: Counter[str] = field(default_factory=Counter)
    served: Counter[str] = field(default_factory=Counter)
    asks: int = 0
    refills: list[float | None] = field(default_factory=list)

    def row(self) -> tuple[float, float, float, float, float]:
        """Fill and fill of the worst category in percent, asks per fill, median hours of a refill, percent refilled."""
        served, seats = sum(self.served.values()), sum(self.seats.values())
        worst = min(100 * self.served[category] / self.seats[category] for category in self.seats)
        again = [hours for hours in self.refills if hours is not None]
        found = 100 * len(again) / max(1, len(self.refills))
        return 100 * served / seats, worst, self.asks / served, statistics.median(again or [0]), found


class Month:
    """The people and needs of one community, and what befalls them. `play` lets a policy act every hour."""

    def __init__(self, seed: int, days: int = DAYS) -> None:
        self.draw, self.days = random.Random(seed), days
        self.now, self.score = BEGIN, Score()
        self.people = {v.person: v for v in (_volunteer(f"person-{n}", self.draw) for n in range(PEOPLE))}
        self.willing = {who: self.draw.betavariate(1.5, 2.5) for who in self.people}
        self.coming = sorted((_need(n, self.draw, days) for n in range(days * NEEDS_A_DAY)), key=lambda n: n.ask_from)
        self.needs: dict[str, Need] = {}
        self.over: list[Need] = []
        self.told: set[str] = set()
        self._lost: dict[str, list[datetime]] = {}
        self._asked: dict[str, list[datetime]] = {who: [] for who in self.people}
        self._later: list[tuple[datetime, int, Callable[[], None]]] = []

    def play(self, policy: Callable[["Month"], None]) -> Score:
        """Play the month."""
        while self.now < BEGIN + (self.days + 8) * DAY:
            while self.coming and self.coming[0].ask_from <= self.now:
                need = self.coming.pop(0)
                notice = min(NOTICE.get(need.category, DAY), need.starts_at - self.now)
                self.needs[need.id] = need.model_copy(update={"ask_from": need.starts_at - notice})
            while self._later and self._later[0][0] <= self.now:
                heapq.heappop(self._later)[2]()
            for need in list(self.needs.values()):
                self._expire(need)
                if need.starts_at <= self.now:
                    self._serve(self.needs.pop(need.id))
            policy(self)
            self.now += HOUR
        return self.score

    def open(self) -> list[Need]:
        """The needs with an open seat, the soonest first."""
        return sorted((n for n in self.needs.values() if n.open_seats), key=lambda n: (n.starts_at, n.id))

    def offer(self, need: Need, who: str) -> None:
        """Ask somebody alone: their time and the seat are held until they answer."""
        stands = seating.answered_within(need, self.now)
        booking = seating.tentative(need, f"{need.id}.{len(need.offers)}", self.now, stands)
        try:
            held = hold(self.people[who], need, booking, self.now).aggregate
            self.needs[need.id] = seating.offer(need, booking, who, self.now).aggregate
        except CommunityError:
            return
        self.people[who] = held
        self._ask(need.id, who)

    def invite(self, need: Need, people: Iterable[str], *, counted: bool) -> None:
        """Ask people at once; whoever says yes first has the seat."""
        people = list(people)
        if counted:
            for who in people:
                self.people[who] = count_ask(self.people[who], self.now).aggregate
            self.needs[need.id] = inviting.invite(need, people, self.now).aggregate
        for who in people:
            self._ask(need.id, who)

    def take(self, id: str, who: str) -> None:
        """Somebody says yes; too late a yes is no yes."""
        need, by = self.needs.get(id), _as(who)
        if need is None:
            return
        live = any(o.person == who and o.status is OfferStatus.OFFERED for o in need.offers)
        booking = seating.tentative(need, f"{id}.{len(need.offers)}", self.now)
        try:
            volunteer = self.people[who]
            if not live:
                volunteer = hold(volunteer, need, booking, self.now, SAFETY).aggregate
            need = seating.take(need, None if live else booking, by, self.now).aggregate
        except CommunityError:
            return
        mine = need.offer_to(who)
        assert mine is not None
        self.people[who], self.needs[id] = settle(volunteer, mine.id).aggregate, need
        if self._lost.get(id):
            self.score.refills.append((self.now - self._lost[id].pop(0)) / HOUR)
        if self.draw.random() < GIVES_BACK:
            self._at(self.now + self.draw.random() * (need.starts_at - self.now), lambda: self._give_back(id, who))

    def _ask(self, id: str, who: str) -> None:
        self.score.asks += 1
        lately = [at for at in self._asked[who] if at > self.now - 7 * DAY]
        self._asked[who] = [*lately, self.now]
        chance = self.willing[who] * 0.7 ** max(0, len(lately) - ASKS_A_WEEK)
        answers = self.now + timedelta(hours=self.draw.expovariate(0.4))
        drawn = self.draw.random()
        if drawn < chance:
            self._at(answers, lambda: self.take(id, who))
        elif drawn < chance + (1 - chance) * SAYS_NO:
            self._at(answers, lambda: self._decline(id, who))

    def _at(self, when: datetime, what: Callable[[], None]) -> None:
        heapq.heappush(self._later, (when, len(self._later) + self.draw.getrandbits(40), what))

    def _decline(self, id: str, who: str) -> None:
        try:
            self.needs[id] = seating.decline(self.needs[id], _as(who), self.now).aggregate
        except (CommunityError, KeyError):
            return
        self._free(self.needs[id], who)

    def _give_back(self, id: str, who: str) -> None:
        try:
            self.needs[id] = seating.withdraw(self.needs[id], who, _as(who), self.now).aggregate
        except (CommunityError, KeyError):
            return
        self._free(self.needs[id], who)
        self._lost.setdefault(id, []).append(self.now)

    def _expire(self, need: Need) -> None:
        after = seating.expire(need, self.now).aggregate
        self.needs[need.id] = after
        for before, offer in zip(need.offers, after.offers, strict=True):
            if before.status is not offer.status:
                self._free(after, offer.person)

    def _free(self, need: Need, who: str) -> None:
        for offer in need.offers:
            if offer.person == who and offer.status not in LIVE:
                self.people[who] = release(self.people[who], offer.id).aggregate

    def _serve(self, need: Need) -> None:
        came = sum(o.status in TO_SERVE and self.draw.random() >= STAYS_AWAY for o in need.offers)
        self.score.seats[need.category] += need.seats
        self.score.served[need.category] += came
        self.score.refills += [None] * len(self._lost.pop(need.id, ()))
        self.over.append(need)


def ours(month: Month) -> None:
    """The policy of the service: a plan each night, late commitment, rings for what is lost shortly before."""
    for need in month.open():
        if inviting.is_due(need, month.now):
            fit = _fit(month, need, RULES)
            known = learned(_as_stored([*month.over, *month.needs.values()]))
            size = ring_size(known.chances(fit), need.open_seats)
            month.invite(need, fit[:size], counted=True)
    planned = [need for need in month.open() if not inviting.is_refilled(need, month.now)]
    if planned and (month.now.hour == 13 or any(need.ask_from > month.now - HOUR for need in planned)):
        for made in match(planned, month.people.values(), month.now).assignments:
            if made.need.ask_from <= month.now:
                month.offer(month.needs[made.need.id], made.volunteer.person)


def broadcast(month: Month) -> None:
    """Everybody who fits is asked at once, when a need comes and whenever a seat is lost."""
    for need in month.open():
        lost = sum(o.status is OfferStatus.WITHDRAWN for o in need.offers)
        ring = f"{need.id}.{lost}"
        if ring not in month.told:
            month.told.add(ring)
            month.invite(need, _fit(month, need, SAFETY), counted=False)


def first_come(month: Month) -> None:
    """Nobody is asked: people look at the list every other day or so, and take what is nearest."""
    for who, volunteer in month.people.items():
        if month.draw.random() < 1 / 48 and month.draw.random() < 2 * month.willing[who]:
            fit = [need for need in month.open() if first_failure(need, volunteer, month.now, SAFETY) is None]
            for need in sorted(fit, key=lambda n: (n.building != volunteer.building, n.starts_at))[:1]:
                month.take(need.id, who)


def daily_batch(month: Month) -> None:
    """Everything open is planned once a day, and whoever is planned is asked at once."""
    if month.now.hour == 13 and (planned := month.open()):
        for made in match(planned, month.people.values(), month.now).assignments:
            month.offer(month.needs[made.need.id], made.volunteer.person)


POLICIES = {"ours": ours, "daily batch": daily_batch, "broadcast to all": broadcast, "first come": first_come}


def _fit(month: Month, need: Need, rules: Sequence[Rule]) -> list[str]:
    fit = [v for v in month.people.values() if first_failure(need, v, month.now, rules) is None]
    return [v.person for v in sorted(fit, key=lambda v: (v.building != need.building, len(v.bookings), v.person))]


def _as_stored(needs: Iterable[Need]) -> list[dict[str, object]]:
    return [
        {
            "offers": [{"person": o.person, "status": o.status} for o in n.offers],
            "invited": [{"person": i.person, "status": i.status} for i in n.invited],
        }
        for n in needs
    ]


def _as(who: str) -> Principal:
    return member(who, HERE)


def _volunteer(who: str, draw: random.Random) -> Volunteer:
    windows = []
    for weekday in draw.sample(range(1, 8), draw.randint(3, 6)):
        start = draw.randint(8, 14)
        windows.append(Window(weekday=weekday, start=f"{start:02}:00", end=f"{start + draw.randint(3, 7):02}:00"))
    return Volunteer(
        id=volunteer_id(HERE, who),
        community=HERE,
        person=who,
        skills=frozenset(skill for skill in ("haircut", "tutoring", "nursing") if draw.random() < 0.2),
        claimed_skills=frozenset(),
        availability=tuple(windows),
        building=f"b{draw.randrange(20)}",
        weekly_minutes=draw.choice([120, 240, 360]),
        adult=True,
        approved_at=BEGIN,
        registered_at=BEGIN,
    )


def _need(number: int, draw: random.Random, days: int) -> Need:
    told = BEGIN + draw.random() * days * DAY
    day = (told + draw.choice([0.5, 1, 2, 4, 7]) * DAY).replace(hour=0, minute=0, second=0, microsecond=0)
    begin = max(day + draw.randint(0, 9) * HOUR, told.replace(minute=0, second=0, microsecond=0) + 3 * HOUR)
    category = draw.choice(list(WORK))
    return Need(
        id=f"need-{number:05}",
        community=HERE,
        origin=Origin.DIRECT,
        category=category,
        skill=WORK[category],
        starts_at=begin,
        ends_at=begin + HOUR,
        building=f"b{draw.randrange(20)}",
        seats=draw.choice([1, 1, 2]),
        ask_from=told,
    )


def main() -> None:
    """Play every policy with every seed, and print a row for each and their means."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    seeds = range(1, parser.parse_args().seeds + 1)
    print(f"{PEOPLE} volunteers, {NEEDS_A_DAY} needs a day for {DAYS} days, seeds {list(seeds)}")
    print(f"{'policy':18}{'seed':>5}{'filled %':>10}{'worst %':>9}{'asks/fill':>11}{'refill h':>10}{'refilled %':>12}")
    for name, policy in POLICIES.items():
        rows = []
        for seed in seeds:
            rows.append(Month(seed).play(policy).row())
            _tell(name, str(seed), rows[-1])
        _tell(name, "mean", [statistics.mean(column) for column in zip(*rows, strict=True)])


def _tell(name: str, seed: str, row: Sequence[float]) -> None:
    filled, worst, asks, hours, found = row
    print(f"{name:18}{seed:>5}{filled:>10.1f}{worst:>9.1f}{asks:>11.1f}{hours:>10.1f}{found:>12.1f}", flush=True)


if __name__ == "__main__":
    main()
