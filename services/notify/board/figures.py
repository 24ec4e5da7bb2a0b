"""What the board shows, and the arithmetic of it. Public words, places and counts; persons have no field here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, computed_field

from services.contracts.value import Value

FEWEST = 5
"""Fewer people than that are not counted in public: who knows the house would know who they are."""


def _told(count: int | None) -> int | None:
    return count if count is None or count == 0 or count >= FEWEST else None


Heads = Annotated[int | None, BeforeValidator(_told)]
"""A count of people, or of what they gave together; None stands for one to four. Nobody is 0."""


class _Shown(Value):
    model_config = ConfigDict(frozen=True)


class Place(_Shown):
    """A building. `number` as people say it."""

    id: str
    title: str
    number: int | None = None


class BuildingFindings(_Shown):
    """What rounds found in one building. `building` is None for the open grounds."""

    building: Place | None
    found: int
    on_the_spot: int
    put_right: int

    @computed_field  # type: ignore[prop-decorator]  # https://github.com/python/mypy/issues/1362
    @property
    def on_the_spot_percent(self) -> int:
        """Of what was found, put right while still there; whole percent, rounded down."""
        return percent(self.on_the_spot, self.found)


class Findings(_Shown):
    """What rounds found, all together and by building."""

    found: int
    on_the_spot: int
    put_right: int
    by_building: tuple[BuildingFindings, ...]

    @computed_field  # type: ignore[prop-decorator]  # https://github.com/python/mypy/issues/1362
    @property
    def put_right_percent(self) -> int:
        """100 only when nothing is left."""
        return percent(self.put_right, self.found)


class FoundOf(_Shown):
    """What a round found of one category."""

    category: str
    category_zh: str
    category_en: str
    found: int
    on_the_spot: int


class RoundResult(_Shown):
    """The summary of a round that is over, as it was told, and how many of its cases are open now.

    `next_due` is the nearest deadline of those; `compound_covered` of `compound_buildings` were walked when it ended.
    """

    id: str
    title: str | None
    completed_at: datetime
    covered: int
    planned: int
    compound_covered: int
    compound_buildings: int
    floors: int
    floors_planned: int | None
    found: int
    on_the_spot: int
    handed_over: int
    open: int
    overdue: int
    next_due: datetime | None
    by_building: tuple[BuildingFindings, ...]
    by_category: tuple[FoundOf, ...]


class Coverage(_Shown):
    """Which buildings rounds have been through. `latest` are the last that were summed up."""

    buildings: tuple[Place, ...]
    covered: tuple[str, ...]
    rounds: int
    floors: int
    latest: tuple[RoundResult, ...] = ()


class Pictures(_Shown):
    """The paths of a case's pictures from before and after, under the origin of the deployment, for everybody."""

    before: str
    after: str


class ClosedCase(_Shown):
    """A case that somebody checked and found put right. Few of them have `pictures`."""

    id: str
    title: str | None
    category_zh: str
    category_en: str
    building: Place | None
    closed_at: datetime
    on_the_spot: bool
    pictures: Pictures | None = None


class OpenCase(_Shown):
    """A case that isn't put right yet."""

    id: str
    title: str | None
    category_zh: str
    category_en: str
    building: Place | None
    reported_at: datetime
    due_at: datetime | None
    overdue: bool


class Cases(_Shown):
    """Reports, from whomever they came, `from_rounds` among them. `latest` and `waiting` are the first of many."""

    reported: int
    from_rounds: int
    closed: int
    open: int
    overdue: int
    latest: tuple[ClosedCase, ...]
    waiting: tuple[OpenCase, ...]


class ComingActivity(_Shown):
    """An activity ahead. `page` is the path of its own page, under the origin of the deployment.

    `venue_zh` and `venue_en` are what the committee calls the venue, None where it entered none of that code.
    `building` is where it stands. `seats_left` never falls below 0. Registration is open from the start where
    `opens_at` is None.
    `changed_at`: when something of it last became another, where that is known.
    """

    id: str
    page: str
    title: str
    title_en: str | None
    kind: str
    starts_at: datetime
    ends_at: datetime
    venue: str
    venue_zh: str | None = None
    venue_en: str | None = None
    building: Place | None = None
    capacity: int
    seats_left: int
    waiting: Heads
    volunteers_needed: int
    volunteers_missing: int
    min_age: int | None = None
    max_age: int | None = None
    guardian_required: bool = False
    opens_at: datetime | None = None
    closes_at: datetime
    changed_at: datetime | None = None


class Team(_Shown):
    """A volunteer or hobby team."""

    id: str
    title: str
    title_en: str | None
    members: Heads


class Volunteering(_Shown):
    """What volunteers gave. `teams` are the largest of all, which are `team_count`.

    `minutes` is None where only one to four people gave them.
    """

    minutes: int | None
    volunteers: Heads
    team_count: int
    teams: tuple[Team, ...]

    @computed_field  # type: ignore[prop-decorator]  # https://github.com/python/mypy/issues/1362
    @property
    def hours(self) -> int | None:
        """Whole hours."""
        return None if self.minutes is None else self.minutes // 60


class Wish(_Shown):
    """Something residents would like to have, the committee's answer, and how far its plan is, in percent and words."""

    id: str
    title: str
    supporters: Heads
    status: str
    proposed_at: datetime
    answer: str | None
    stage: str | None = None
    progress: int | None = None
    progress_text: str | None = None


class Announced(_Shown):
    """An announcement of the committee that hangs now. `revision` is above 1 where it was edited."""

    id: str
    title: str
    title_en: str | None
    text: str
    text_en: str | None
    pinned: bool
    valid_from: datetime
    valid_until: datetime | None
    posted_at: datetime
    edited_at: datetime | None
    revision: int


class Board(_Shown):
    """The whole board of one community. `as_of`: when it was counted. `wishes` are those that most people support, of
    `wish_count`."""

    community: str
    as_of: datetime
    announcements: tuple[Announced, ...] = ()
    households: Heads
    residents: Heads
    findings: Findings
    coverage: Coverage
    cases: Cases
    activities: tuple[ComingActivity, ...]
    volunteering: Volunteering
    wishes: tuple[Wish, ...]
    wish_count: int

    @property
    def empty(self) -> bool:
        """Whether nothing has happened yet."""
        return not (
            self.coverage.buildings or self.cases.reported or self.activities or self.wishes or self.announcements
        )


def percent(part: int, whole: int) -> int:
    """Whole percent, rounded down, so that 100 is never claimed early; 0 of nothing."""
    return 0 if whole <= 0 else min(100, part * 100 // whole)


def tally(by_building: Sequence[BuildingFindings]) -> Findings:
    """The sums, and the buildings in the order of their numbers; the open grounds come last."""
    ordered = sorted(by_building, key=_in_order)
    return Findings(
        found=sum(b.found for b in ordered),
        on_the_spot=sum(b.on_the_spot for b in ordered),
        put_right=sum(b.put_right for b in ordered),
        by_building=tuple(ordered),
    )


def _in_order(findings: BuildingFindings) -> tuple[bool, int, str]:
    place = findings.building
    if place is None:
        return (True, 0, "")
    return (False, place.number if place.number is not None else 1_000_000, place.title)
