"""A random life of many cases over HTTP, by all who take part: its figures are what somebody counts who only watched.

`LIFE_CASES=1000 .venv/bin/python -m pytest tests/integration/issues/reading/test_life.py` lives a thousand.
"""

import os
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any

from tests.integration import standing
from tests.integration.issues.reading.lives import BEGAN, World, live, look, recompute
from tests.unit.issues.world import HERE, STAFF

CASES = int(os.environ.get("LIFE_CASES", "40"))
COMMANDS = 12 * CASES
CHINA = timezone(timedelta(hours=8))
OVER = ("verified", "evaluated")
WORKED_ON = ("dispatched", "in-progress", "sent-back")


@dataclass
class Watched:
    """A case as somebody writes it down who sees each command and its answer, and looks at the clock."""

    category: str
    status: str = ""
    phase: str | None = None
    phase_due: datetime | None = None
    due: datetime | None = None
    contact_due: datetime | None = None
    dispatched: bool = False
    handled_at: datetime | None = None
    contacted_at: datetime | None = None
    closed_on: date | None = None
    rating: int | None = None
    sent_back: int = 0
    granted: int = 0
    missed: set[str] = field(default_factory=set)

    def look_at_the_clock(self, now: datetime) -> None:
        """What was to be done by now and is not, is missed for good."""
        if self.phase is not None and self.phase_due is not None and self.phase_due < now:
            self.missed.add(self.phase)
        if self.status in WORKED_ON and self.due is not None and self.due < now:
            self.missed.add("handling")

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
        self.sent_back += command == "send-back"
        self.granted += command == "grant-extension"
        self.status, self.phase = case["status"], case["phase"]
        self.phase_due, self.due = _moment(case["phase_due_at"]), _moment(case["due_at"])
        self.contact_due = _moment(case["contacting_due_at"])
        self.look_at_the_clock(now)

    @property
    def settled(self) -> bool:
        """Whether it is over, or was to be: else nobody can say how well it went."""
        return self.status in OVER or self.due is not None

    def counts(self) -> dict[str, tuple[bool, bool]]:
        """For each figure whether it is among what is counted, and whether it is what the figure counts."""
        filed, valid = self.status not in ("reported", "rejected"), self.status != "merged"
        should_close = filed and valid and self.status != "paused" and self.settled
        closed = self.status in OVER
        on_time = closed and "handling" not in self.missed
        rated = closed and self.rating is not None
        spoken = self.contacted_at is not None and self.contact_due is not None and "contact" not in self.missed
        return {
            "filing": (valid, filed),
            "closing": (should_close, closed),
            "on-time": (should_close, on_time),
            "missed": (valid and self.dispatched, bool(self.missed & {"sign", "contact", "handling"})),
            "verification-missed": (valid and self.handled_at is not None, "verification" in self.missed),
            "rework": (closed, self.sent_back > 0),
            "extension": (should_close, self.granted > 0),
            "response": (valid and self._contact_was_owed, spoken),
            "solved": (rated, (self.rating or 0) >= 3),
            "satisfied": (rated, (self.rating or 0) >= 4),
        }

    @property
    def _contact_was_owed(self) -> bool:
        """A unit had to speak with the reporter, and that is over."""
        waits = self.contact_due is None or self.status in ("returned", "reopened", "paused") or self.phase == "contact"
        return "contact" in self.missed or not waits


def _moment(told: str | None) -> datetime | None:
    return None if told is None else datetime.fromisoformat(told)


async def test_the_figures_are_what_somebody_counts_who_only_watched(world: World) -> None:
    watched: dict[str, Watched] = {}

    def seen(command: str, asked: dict[str, Any], case: dict[str, Any]) -> None:
        here = watched.setdefault(case["id"], Watched(case["category"]))
        here.write_down(command, asked, case)
        told = {each["phase"] for each in case["missed"]}
        assert here.missed == told, (command, case["status"])

    await live(world, random.Random(17), cases=CASES, commands=COMMANDS, seen=seen)
    while await standing.sweep(world.rooms, "case-clock").once(world.clock):
        pass
    await world.follow()
    await look(world, list(watched), seen)

    counted: Counter[tuple[str, str]] = Counter()
    whole: Counter[tuple[str, str]] = Counter()
    for each in watched.values():
        for code, (among, part) in each.counts().items():
            for value in ("", each.category):
                whole[value, code] += among
                counted[value, code] += among and part
    days: dict[str, Any] = {
        "from": BEGAN.date().isoformat(),
        "to": (world.clock.now + timedelta(days=60)).date().isoformat(),
    }
    told: dict[tuple[str, str], tuple[int, int]] = {}
    for per in ("total", "category"):
        answer = await world.api.get(STAFF, "/kpis", community=HERE, per=per, **days)
        assert answer.status == 200, answer.json
        for line in answer.json["lines"]:
            told |= {(line["value"] or "", f["code"]): (f["part"], f["sample"]) for f in line["figures"]}
    mine = {key: (counted[key], whole[key]) for key in whole}
    other = [key for key, figure in mine.items() if figure != told.get(key, (0, 0))]
    assert not other, [(key, mine[key], told.get(key)) for key in other]
    assert len(watched) >= CASES * 0.7
    assert sum(1 for part, sample in told.values() if part and part < sample) >= 8, "most figures are no trifles"
    for year in range(BEGAN.year, world.clock.now.year + 1):
        ended, said = await recompute(world.settings, str(year))
        assert (ended, ", 0 differ" in said) == (0, True), said
