"""The rules of care plans: regular help that is promised to an elder.

A plan raises its next visits, and each visit becomes a need. Only staff and the volunteers of a visit are told where
the elder lives and what was noted about them.
"""

from datetime import UTC, date, datetime, timedelta

from pydantic import ConfigDict, Field

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.chassis.errors import Conflict, Invalid
from services.chassis.principal import Principal, Role
from services.chassis.values import Line, Request, Text, local_date
from services.contracts.holding import emptied
from services.contracts.marks import Code, Id, Personal, Someone, Sort, Thing, Words
from services.contracts.value import Value
from services.contracts.volunteers import CareKind as ToldKind
from services.contracts.volunteers import (
    CarePlanChanged,
    CarePlanClosed,
    CarePlanErased,
    CarePlanOpened,
    CarePlanPersonErased,
    CarePlanRaised,
    CarePlanState,
    CarePlanStatus,
    CareVisit,
)
from services.volunteers.care.domain.kinds import SKILLS, CareKind
from services.volunteers.care.domain.recurrence import Recurrence
from services.volunteers.people.domain.levels import LOWEST, Level
from services.volunteers.people.domain.profile import AgeBand, Gender
from services.volunteers.shared.values import Minutes

SIGHT = timedelta(days=30)
"""Every visit within so long from today has been raised as a need."""

STRIDE = timedelta(days=7)
"""Visits are raised so much beyond `SIGHT` at a time, so that a plan publishes an event once a week, not once a day."""


class CarePlanClosedAlready(
    Conflict, code="care-plan.closed", zh="该帮扶计划已经结束。", en="The care plan is closed already."
):
    """The plan is closed, and a closed plan stays closed."""


class LevelWithoutSkill(
    Invalid,
    code="care-plan.level-without-skill",
    zh="这类帮扶不要求技能，不能要求技能等级。",
    en="This kind of care asks for no skill, and so for no level of one.",
):
    """A level above the lowest is asked of a skill, and the kind of care asks for none."""


class EmergencyContact(Value):
    """The person to call in an emergency of an elder. `relation`: what they are to the elder, such as
    their daughter.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Line
    phone: Line
    relation: Line | None = None


class Open(Request):
    """Promise regular help to an elder. `elder`: the elder's opaque id. `minutes`: the length of each visit. `seats`:
    how many volunteers come to each visit. `home`, `note` and `emergency` are never published on the event bus.

    `family`: the people who act for the elder. They see what is planned, and are shown the code for check-in.

    `gender`: the elder asks for volunteers of this gender. `refused`: the people whom the elder does not want.
    `urgency`: from 1 to 3; 3 is for elders who live alone and have nobody else. `continuity`: the elder wishes for the
    same volunteers again. `skill_level`: the least level of the skill that the kind of care asks for.
    """

    community: Id
    elder: Id
    kind: CareKind
    building: Id | None = None
    home: Line | None = None
    note: Text | None = None
    recurrence: Recurrence
    minutes: Minutes = 60
    seats: int = Field(default=1, ge=1, le=10)
    skill_level: Level = LOWEST
    gender: Gender | None = None
    continuity: bool = False
    urgency: int = Field(default=1, ge=1, le=3)
    age_band: AgeBand | None = None
    refused: frozenset[Id] = Field(default=frozenset(), max_length=50)
    family: frozenset[Id] = Field(default=frozenset(), max_length=10)
    emergency: EmergencyContact | None = None


class CarePlan(Aggregate):
    """Regular help to one elder. `visits`: the visits that were raised and were not over when the plan last raised
    some. `raised_until`: the first day for which no visit was raised yet. `paused_until`: the first day after a pause.
    `edition`: how often the plan was changed. `kind` and `purpose`: the kind of care as events tell it (`CareKind`).
    """

    elder: Someone[str]
    kind: ToldKind
    purpose: Thing[str | None] = None
    building: Personal[str | None] = None
    home: Personal[str | None] = Field(default=None, repr=False)
    note: Words[str | None] = Field(default=None, repr=False)
    recurrence: Recurrence
    minutes: int
    seats: int
    skill_level: Level = LOWEST
    gender: Personal[Gender | None] = None
    continuity: bool = False
    urgency: int = 1
    age_band: Personal[AgeBand | None] = None
    refused: Someone[frozenset[str]] = frozenset()
    family: Someone[frozenset[str]] = frozenset()
    emergency: Personal[EmergencyContact | None] = Field(default=None, repr=False)
    status: CarePlanStatus = CarePlanStatus.OPEN
    raised_until: date
    paused_until: date | None = None
    edition: int = 0
    visits: tuple[CareVisit, ...] = ()
    opened_at: datetime
    erased: bool = False

    @property
    def care(self) -> CareKind:
        """The kind of care that the plan promises."""
        return CareKind(self.purpose or self.kind.value)

    @property
    def skill(self) -> Code | None:
        """The code of the skill that the plan asks of its volunteers; None if it asks for no skill."""
        return SKILLS[self.care]

    def public(self) -> CarePlanState | None:
        if self.erased:
            return None
        return CarePlanState(
            elder=self.elder,
            kind=self.kind,
            purpose=self.purpose,
            building=self.building,
            rule=self.recurrence.rule,
            first=self.recurrence.first,
            minutes=self.minutes,
            seats=self.seats,
            status=self.status,
            raised_until=self.raised_until,
            paused_until=self.paused_until,
        )

    def is_for(self, person: str) -> bool:
        """Whether `person` is the elder or acts for the elder."""
        return not self.erased and (person == self.elder or person in self.family)

    def first_free(self, day: date) -> date:
        """The first day, from `day` on, on which the plan is not paused."""
        return day if self.paused_until is None else max(day, self.paused_until)

    def visit(self, need: str) -> CareVisit | None:
        """The visit that became the need with the id `need`; None if there is none."""
        return next((visit for visit in self.visits if visit.need == need), None)


def need_of_visit(plan: str, on: date, edition: int = 0) -> str:
    """The id of the need for a visit on a day. It is derived, so that no edition of a plan raises a day twice."""
    return derived_id("need", plan, on.isoformat(), *([str(edition)] if edition else []))


def open_plan(id: str, command: Open, by: Principal, now: datetime) -> Decision[CarePlan]:
    """Open a plan, and raise its visits within `SIGHT`.

    Raises:
        NotYours: the caller is not staff.
        LevelWithoutSkill: the kind of care asks for no skill.
    """
    by.require(command.community, Role.STAFF)
    require_skill(command.kind, command.skill_level)
    today = local_date(now)
    plan = CarePlan(
        id=id,
        raised_until=max(today, command.recurrence.since),
        opened_at=now,
        kind=command.kind.told,
        purpose=command.kind.purpose,
        **{name: getattr(command, name) for name in Open.model_fields if name != "kind"},
    )
    raised = raise_visits(plan, now)
    return Decision(raised.aggregate, (event_from(CarePlanOpened, plan), *raised.events))


def require_skill(care: CareKind, level: int | None) -> None:
    """Refuse a level above the lowest where the kind of care asks for no skill.

    Raises:
        LevelWithoutSkill: it asks for none.
    """
    if level is not None and level > LOWEST and SKILLS[care] is None:
        raise LevelWithoutSkill()


def raise_visits(plan: CarePlan, now: datetime) -> Decision[CarePlan]:
    """Raise the visits that have come within `SIGHT` and were not raised before. Nothing changes if
    there are none yet.
    """
    today = local_date(now)
    if plan.status is not CarePlanStatus.OPEN or plan.raised_until >= today + SIGHT:
        return decided(plan)
    until = today + SIGHT + STRIDE
    length = timedelta(minutes=plan.minutes)
    visits = [
        CareVisit(
            need=need_of_visit(plan.id, start.date(), plan.edition),
            on=start.date(),
            starts_at=start.astimezone(UTC),
            ends_at=start.astimezone(UTC) + length,
        )
        for start in plan.recurrence.starts(plan.first_free(plan.raised_until), until, plan.community)
        if start > now
    ]
    coming = tuple(visit for visit in plan.visits if visit.ends_at > now)
    changed = plan.model_copy(update={"raised_until": until, "visits": (*coming, *visits)})
    return decided(changed, event_from(CarePlanRaised, changed, visits=visits))


def close_plan(plan: CarePlan, by: Principal, now: datetime) -> Decision[CarePlan]:
    """Close a plan, which raises no more visits. The event names the needs of coming visits, which are cancelled then.

    Raises:
        NotYours: the caller is not staff.
        CarePlanClosedAlready: the plan is closed.
    """
    by.require(plan.community, Role.STAFF)
    if plan.status is CarePlanStatus.CLOSED:
        raise CarePlanClosedAlready()
    changed = plan.model_copy(update={"status": CarePlanStatus.CLOSED})
    return decided(changed, event_from(CarePlanClosed, changed, needs=_to_come(plan, now)))


def erase_plan(plan: CarePlan, stand_in: str, now: datetime) -> Decision[CarePlan]:
    """Forget the elder and close the plan. The event names the needs of coming visits, which are cancelled then."""
    if plan.erased:
        return decided(plan)
    changed = plan.model_copy(
        update={
            **emptied(CarePlan, Sort.WORDS, Sort.PERSONAL),
            "elder": stand_in,
            "refused": frozenset(),
            "family": frozenset(),
            "status": CarePlanStatus.CLOSED,
            "erased": True,
        }
    )
    return decided(changed, CarePlanErased(needs=_to_come(plan, now)))


def forget_other(plan: CarePlan, person: str) -> Decision[CarePlan]:
    """Forget a person whom the elder refused or who acted for the elder, and who was erased."""
    if person not in plan.refused | plan.family:
        return decided(plan)
    changed = plan.model_copy(update={"refused": plan.refused - {person}, "family": plan.family - {person}})
    return decided(changed, CarePlanPersonErased())


def replace_other(plan: CarePlan, person: str, into: str) -> Decision[CarePlan]:
    """Replace `person`, whom the elder refused or who acts for the elder, by `into`: both are records of one person,
    and the record of `into` goes on.
    """
    if person not in plan.refused | plan.family or plan.erased:
        return decided(plan)
    refused = plan.refused - {person} | ({into} if person in plan.refused else set())
    family = plan.family - {person} | ({into} if person in plan.family else set())
    changed = plan.model_copy(update={"refused": refused, "family": family})
    return decided(changed, event_from(CarePlanChanged, changed, visits=[], cancelled=[]))


def _to_come(plan: CarePlan, now: datetime) -> list[str]:
    return [visit.need for visit in plan.visits if visit.starts_at > now]
