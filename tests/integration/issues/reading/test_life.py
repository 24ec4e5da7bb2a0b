"""A random life of many cases and rounds over HTTP, by all who take part: its figures are what somebody counts who only
watched.

`LIFE_CASES=1000 .venv/bin/python -m pytest tests/integration/issues/reading/test_life.py` lives a thousand.
"""

import os
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any

from services.chassis.principal import Principal, Role
from tests.integration import standing
from tests.integration.issues.reading.lives import BEGAN, PRIVATE, live, look, recompute
from tests.integration.issues.reading.world import World
from tests.unit.issues.world import HERE, STAFF, person

CASES = int(os.environ.get("LIFE_CASES", "40"))
COMMANDS = 12 * CASES
CHINA = timezone(timedelta(hours=8))
OVER = ("verified", "evaluated")
WORKED_ON = ("dispatched", "in-progress", "sent-back")
NO_CLOCK = ("support", "remark", "take", "give-on", "adopt", "release", "request-extension", "refuse-extension")
"""Commands that say nothing of deadlines: what passed before them is told by the next sweep."""
Counts = dict[str, tuple[bool, bool]]
Key = tuple[str, str, str]
"""By what a figure is told apart, for which value, and its code."""


@dataclass
class Watched:
    """A case as somebody writes it down who sees each command and its answer, and looks at the clock."""

    status: str = ""
    values: dict[str, str] = field(default_factory=dict)
    unit: str | None = None
    phase: str | None = None
    phase_due: datetime | None = None
    due: datetime | None = None
    unit_due: datetime | None = None
    contact_due: datetime | None = None
    dispatched: bool = False
    handled_at: datetime | None = None
    contacted_at: datetime | None = None
    closed_on: date | None = None
    rating: int | None = None
    sent_back: int = 0
    granted: int = 0
    private: bool = False
    within_private: bool = False
    seen_on: date = date.min
    missed: set[tuple[str, str | None]] = field(default_factory=set)

    def look_at_the_clock(self, now: datetime) -> None:
        """What was to be done by now and is not, is missed for good, by the unit that has it."""
        if self.phase is not None and self.phase_due is not None and self.phase_due < now:
            self.missed.add((self.phase, None if self.phase == "verification" else self.unit))
        handle_by = self.unit_due or self.due
        if self.status in WORKED_ON and handle_by is not None and handle_by < now:
            self.missed.add(("handling", self.unit))

    def write_down(self, command: str, asked: dict[str, Any], case: dict[str, Any]) -> None:
        """What a command has done."""
        now = asked["at"]
        self.look_at_the_clock(now)
        if command in ("dispatch", "reassign"):
            self.dispatched = True
        if command == "handle" or (command == "report" and asked["fixed"]):
            self.handled_at = now
        if command == "contact":
            self.contacted_at = now
        if command == "verify":
            self.closed_on = now.astimezone(CHINA).date()
        if command == "rate":
            self.rating = asked["rating"]
        if command in ("send-back", "reopen"):
            self.handled_at = None
        self.sent_back += command == "send-back"
        self.granted += command == "grant-extension"
        self.seen_on = now.astimezone(CHINA).date()
        self.status, self.phase, self.unit = case["status"], case["phase"], case["unit"]
        self.values = {"total": "", **{by: case[by] or "" for by in ("category", "group", "building", "unit")}}
        self.private = case["category"] == PRIVATE
        self.phase_due, self.due = _moment(case["phase_due_at"]), _moment(case["due_at"])
        self.unit_due = _moment(case["unit_due_at"])
        self.contact_due = _moment(case["contacting_due_at"])
        self.look_at_the_clock(now)

    @property
    def settled(self) -> bool:
        """Whether it is over, or was to be since yesterday: else nobody can say how well it went."""
        return self.status in OVER or (self.due is not None and self.due.astimezone(CHINA).date() < self.seen_on)

    @property
    def former(self) -> set[str]:
        """The units that missed a deadline of it and have it no more."""
        return {unit for _, unit in self.missed if unit is not None and unit != self.unit}

    def counts(self, missed: set[str] | None = None) -> Counts:
        """For each figure whether it is among what is counted, and whether it is what the figure counts.

        `missed`: the phases that count as missed; all that were, where nobody is named."""
        late = {phase for phase, _ in self.missed} if missed is None else missed
        filed, valid = self.status not in ("reported", "rejected"), self.status != "merged"
        should_close = filed and valid and self.status != "paused" and self.settled
        closed = self.status in OVER
        on_time = closed and "handling" not in late
        rated = closed and self.rating is not None
        spoken = self.contacted_at is not None and self.contact_due is not None and "contact" not in late
        return {
            "filing": (valid, filed),
            "closing": (should_close, closed),
            "on-time": (should_close, on_time),
            "missed": (valid and self.dispatched, bool(late & {"sign", "contact", "handling"})),
            "verification-missed": (
                valid and (self.handled_at is not None or "verification" in late),
                "verification" in late,
            ),
            "rework": (closed, self.sent_back > 0),
            "extension": (should_close, self.granted > 0),
            "response": (valid and ("contact" in late or self._contact_was_owed), spoken),
            "solved": (rated, (self.rating or 0) >= 3),
            "satisfied": (rated, (self.rating or 0) >= 4),
        }

    def counts_of_units(self) -> dict[str, Counts]:
        """The same for each unit: who has the case answers for its own deadlines, who had it for those that it missed,
        and for nothing else."""
        own = {phase for phase, unit in self.missed if unit is None or unit == self.unit}
        found = {self.unit or "": self.counts(own)}
        valid = self.status != "merged"
        for unit in self.former:
            late = {phase for phase, whose in self.missed if whose == unit}
            handling = "handling" in late and valid and self.status != "paused" and self.settled
            found[unit] = {
                "missed": (valid, True),
                "on-time": (handling, False),
                "response": (valid and "contact" in late, False),
            }
        return found

    def lines(self) -> Iterator[tuple[str, str, Counts]]:
        """What it counts for: by what, for which value, and how."""
        for by, value in self.values.items():
            if by != "unit":
                yield by, value, self.counts()
        yield from (("unit", unit, counts) for unit, counts in self.counts_of_units().items())

    @property
    def _contact_was_owed(self) -> bool:
        """A unit had to speak with the reporter, and that is over."""
        waits = self.contact_due is None or self.status in ("returned", "reopened", "paused") or self.phase == "contact"
        return not waits


def _moment(told: str | None) -> datetime | None:
    return None if told is None else datetime.fromisoformat(told)


def _keep_private(here: Watched, asked: dict[str, Any], case: dict[str, Any], watched: dict[str, Watched]) -> None:
    """A case that goes on as one that is not for everybody, or is a part of it, isn't either."""
    whole = watched.get(case["merged_into"] if "into" in asked else case["parent"] or "")
    if whole is not None:
        here.within_private |= whole.private or whole.within_private


async def test_the_figures_are_what_somebody_counts_who_only_watched(world: World) -> None:
    watched: dict[str, Watched] = {}

    def seen(command: str, asked: dict[str, Any], case: dict[str, Any]) -> None:
        here = watched.setdefault(case["id"], Watched())
        here.write_down(command, asked, case)
        if command in ("merge", "adopt", "children"):
            _keep_private(here, asked, case, watched)
        told = {(each["phase"], each["unit"]) for each in case["missed"]}
        assert here.missed == told or (command in NO_CLOCK and told < here.missed), (command, case["status"])

    unit, walking = await live(world, random.Random(17), cases=CASES, commands=COMMANDS, seen=seen)
    while await standing.sweep(world.rooms, "case-clock").once(world.clock):
        pass
    await world.follow()
    await look(world, list(watched), seen)

    handler = person("handler-9", Role.HANDLER, units=(unit,))
    for reader, cases in (
        (STAFF, list(watched.values())),
        (handler, [case for case in watched.values() if not (case.private or case.within_private)]),
    ):
        mine, told = count(cases), await figures(world, reader)
        other = [key for key in mine.keys() | told.keys() if mine.get(key, (0, 0)) != told.get(key, (0, 0))]
        assert not other, (reader.sub, [(key, mine.get(key), told.get(key)) for key in sorted(other)])
        assert sum(1 for part, sample in told.values() if part and part < sample) >= 20, "most figures are no trifles"
    assert len(watched) >= CASES * 0.7
    assert await walking.summaries() == walking.told
    walked = sum(walking.told.values(), Counter[str]())
    assert min(walked[name] for name in ("fixed_on_the_spot", "handed_over")) >= CASES / 20, walked
    assert len(walking.told) >= 2
    assert sum(bool(case.former) for case in watched.values()) >= CASES / 40, "some units had a case and were late"
    for year in range(BEGAN.year, world.clock.now.year + 1):
        ended, said = await recompute(world.settings, str(year))
        assert (ended, ", 0 differ" in said) == (0, True), said


def count(cases: Sequence[Watched]) -> dict[Key, tuple[int, int]]:
    """The figures of these cases, counted one by one: part and sample."""
    counted: defaultdict[Key, list[int]] = defaultdict(lambda: [0, 0])
    for case in cases:
        for by, value, counts in case.lines():
            for code, (among, part) in counts.items():
                figure = counted[by, value, code]
                figure[0] += among and part
                figure[1] += among
    return {key: (part, sample) for key, (part, sample) in counted.items()}


async def figures(world: World, reader: Principal) -> dict[Key, tuple[int, int]]:
    """The figures as `reader` is told them, year by year, for no period is longer than three: part and sample."""
    told: defaultdict[Key, list[int]] = defaultdict(lambda: [0, 0])
    for per in ("total", "category", "group", "building", "unit"):
        for year in range(BEGAN.year, world.clock.now.year + 1):
            answer = await world.api.get(reader, "/kpis", community=HERE, per=per, period=str(year))
            assert answer.status == 200, answer.json
            for line in answer.json["lines"]:
                for each in line["figures"]:
                    figure = told[per, line["value"] or "", each["code"]]
                    figure[0] += each["part"]
                    figure[1] += each["sample"]
    return {key: (part, sample) for key, (part, sample) in told.items()}
