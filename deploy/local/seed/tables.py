"""The demo data as it stands in `data/`, read and checked."""

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

HERE = Path(__file__).parent / "data"

COMPOUND = "都市阳光小区"
"""The compound that all buildings stand in."""


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Building(_Row):
    """One of the compound's buildings."""

    number: int
    floors: int
    households: int
    residents: int


class Finding(_Row):
    """What a round found. `fixed`: put right at once, else handed over."""

    building: int
    floor: int
    category: str
    title: str
    spot: str
    fixed: bool


class Unit(_Row):
    """A partner organisation."""

    code: str
    kind: str
    title: str
    title_en: str


class Group(_Row):
    """Volunteers who can do the same; they are called `<group>-01` and so on."""

    group: str
    count: int
    skills: tuple[str, ...]
    certificates: tuple[str, ...] = ()

    @property
    def people(self) -> list[str]:
        return people({self.group: (1, self.count)})


class Team(_Row):
    """A team. `members`: by group, the first and the last of it; the first of all leads."""

    title: str
    title_en: str
    kind: str
    members: dict[str, tuple[int, int]]

    @property
    def people(self) -> list[str]:
        return people(self.members)


class Care(_Row):
    """Regular help for an elder: every so many weeks, or daily. `minutes` at a time."""

    elder: str
    kind: str
    building: int
    weeks: int = 1
    daily: bool = False
    minutes: int
    note: str | None


class Report(_Row):
    """What a resident reports, and how far it has come. `days`: from today until it is to be handled; `title`: by the
    staff."""

    resident: str
    category: str
    building: int | None
    floor: int | None = None
    spot: str | None = None
    text: str
    title: str | None = None
    until: str
    days: int = 0


class Wish(_Row):
    """A wish. `supporters`: the first and the last resident in support."""

    title: str
    text: str
    proposer: str
    supporters: tuple[int, int]
    verdict: str | None = None
    answer: str | None = None


class Equipment(_Row):
    """What a venue has, and how many of it."""

    kind: str
    zh: str
    en: str
    count: int = 1


class Venue(_Row):
    """Where something takes place. `building`: its number; it is open from `opens` to `closes` on `weekdays` (1 is
    Monday), with so many minutes `before` and `after` an activity for setting up."""

    venue: str
    zh: str
    en: str
    building: int | None = None
    capacity: int
    opens: str
    closes: str
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    before: int = 0
    after: int = 0
    equipment: tuple[Equipment, ...] = ()


class Plan(_Row):
    """What takes place. `parties`: so many register for each date; `details`: what people read, as the API takes it."""

    title: str
    title_en: str
    kind: str
    venue: str
    minutes: int
    capacity: int
    volunteers_needed: int = 0
    skill: str | None = None
    min_age: int | None = None
    guardian_required: bool = False
    details: dict[str, Any] = {}
    parties: int = 0

    @property
    def body(self) -> dict[str, Any]:
        """As the API takes it, without times."""
        return self.model_dump(include=set(Plan.model_fields) - {"minutes", "parties"})


class Series(Plan):
    """What recurs by `rule`. `dates`: so many of the next ones are registered for. `school_days`: not on other days,
    and not within the `vacations`, each from `MM-DD` to `MM-DD`."""

    rule: str
    at: str
    dates: int = 1
    school_days: bool = False
    vacations: tuple[tuple[str, str], ...] = ()


class Yearly(Plan):
    """What takes place once a year: on a day of it, or on the dates given."""

    on: tuple[str, ...]
    at: str


class ServiceDay(Plan):
    """What takes place once, on a Saturday of the story."""

    at: str


class Activities(_Row):
    """Everything that takes place."""

    series: tuple[Series, ...]
    yearly: tuple[Yearly, ...]
    service_day: ServiceDay


def people(groups: dict[str, tuple[int, int]]) -> list[str]:
    """The ids of people: `resident-001`, `student-07`."""
    return [
        f"{group}-{number:0{3 if group == 'resident' else 2}}"
        for group, (first, last) in groups.items()
        for number in range(first, last + 1)
    ]


@cache
def buildings() -> tuple[Building, ...]:
    return TypeAdapter(tuple[Building, ...]).validate_python(_csv("buildings"))


@cache
def findings() -> tuple[Finding, ...]:
    return TypeAdapter(tuple[Finding, ...]).validate_python(_csv("findings"))


@cache
def units() -> tuple[Unit, ...]:
    return TypeAdapter(tuple[Unit, ...]).validate_python(_json("units"))


@cache
def groups() -> tuple[Group, ...]:
    return TypeAdapter(tuple[Group, ...]).validate_python(_json("volunteers"))


@cache
def teams() -> tuple[Team, ...]:
    return TypeAdapter(tuple[Team, ...]).validate_python(_json("teams"))


@cache
def care() -> tuple[Care, ...]:
    return TypeAdapter(tuple[Care, ...]).validate_python(_json("care"))


@cache
def reports() -> tuple[Report, ...]:
    return TypeAdapter(tuple[Report, ...]).validate_python(_json("reports"))


@cache
def wishes() -> tuple[Wish, ...]:
    return TypeAdapter(tuple[Wish, ...]).validate_python(_json("wishes"))


@cache
def venues() -> tuple[Venue, ...]:
    return TypeAdapter(tuple[Venue, ...]).validate_python(_json("venues"))


@cache
def activities() -> Activities:
    return Activities.model_validate(_json("activities"))


def _csv(name: str) -> list[dict[str, str]]:
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _json(name: str) -> Any:
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
