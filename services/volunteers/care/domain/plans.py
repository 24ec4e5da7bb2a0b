"""The rules of care plans: regular help promised to an elder.

A plan raises its next dates, and each becomes a need of its own. Where the elder lives and what was noted about them is
for staff and for the volunteers who said yes to a visit.
"""

from datetime import UTC, date, datetime, timedelta

from pydantic import ConfigDict, Field

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.chassis.errors import Conflict
from services.chassis.principal import Principal, Role
from services.chassis.values import Line, Request, Text, local_date
from services.contracts.holding import emptied
from services.contracts.marks import Code, Id, Personal, Someone, Sort, Words
from services.contracts.value import Value
from services.contracts.volunteers import (
    CareKind,
    CarePlanClosed,
    CarePlanErased,
    CarePlanOpened,
    CarePlanPersonErased,
    CarePlanRaised,
    CarePlanState,
    CarePlanStatus,
    CareVisit,
)
from services.volunteers.care.domain.recurrence import Recurrence
from services.volunteers.people.domain.profile import AgeBand, Gender
from services.volunteers.shared.values import Minutes

SIGHT = timedelta(days=30)
"""Every date that is nearer than this has been raised as a need."""

STRIDE = timedelta(days=7)
"""Dates are raised so much further at a time, so that a plan says something once a week and not once a day."""

SKILLS: dict[CareKind, str | None] = {
    CareKind.VISIT: None,
    CareKind.HAIRCUT: "haircut",
    CareKind.MEAL: None,
    CareKind.CHORES: None,
    CareKind.HEALTH_CHECK: "medical",
}
"""The skill that each kind of care asks of a volunteer."""


class CarePlanClosedAlready(
    Conflict, code="care-plan.closed", zh="该帮扶计划已经结束。", en="The care plan is closed already."
):
    """A closed plan stays closed."""


class EmergencyContact(Value):
    """Whom to call when something is wrong with an elder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Line
    phone: Line
    relation: Line | None = None


class Open(Request):
    """Promise regular help. `elder`: their opaque id. `home`, `note` and `emergency` never leave the service.

    `family`: people who act for the elder. They see what is planned, and are shown the code for check-in.

    `gender`: the elder asks for helpers of it. `refused`: whom they don't want. `urgency`: 3 for those who live alone
    and have nobody else.
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
    gender: Gender | None = None
    urgency: int = Field(default=1, ge=1, le=3)
    age_band: AgeBand | None = None
    refused: frozenset[Id] = Field(default=frozenset(), max_length=50)
    family: frozenset[Id] = Field(default=frozenset(), max_length=10)
    emergency: EmergencyContact | None = None


class CarePlan(Aggregate):
    """Regular help to one elder. `visits`: those raised and not yet over. `edition`: how often the plan was changed."""

    elder: Someone[str]
    kind: CareKind
    building: Personal[str | None] = None
    home: Personal[str | None] = Field(default=None, repr=False)
    note: Words[str | None] = Field(default=None, repr=False)
    recurrence: Recurrence
    minutes: int
    seats: int
    gender: Personal[Gender | None] = None
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
    def skill(self) -> Code | None:
        """The skill that the plan asks of its volunteers."""
        return SKILLS[self.kind]

    def public(self) -> CarePlanState | None:
        if self.erased:
            return None
        return CarePlanState(
            elder=self.elder,
            kind=self.kind,
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
        """Whether `person` is the elder, or acts for them."""
        return not self.erased and (person == self.elder or person in self.family)

    def first_free(self, day: date) -> date:
        """The first day, from `day` on, for which the plan isn't paused."""
        return day if self.paused_until is None else max(day, self.paused_until)

    def visit(self, need: str) -> CareVisit | None:
        """The visit that became `need`."""
        return next((visit for visit in self.visits if visit.need == need), None)


def need_of_visit(plan: str, on: date, edition: int = 0) -> str:
    """The id of the need for a plan's date: the same every time, so that no edition of a plan raises a date twice."""
    return derived_id("need", plan, on.isoformat(), *([str(edition)] if edition else []))


def open_plan(id: str, command: Open, by: Principal, now: datetime) -> Decision[CarePlan]:
    """Open a plan, with the dates that are in sight already.

    Raises:
        NotYours: the caller is not staff.
    """
    by.require(command.community, Role.STAFF)
    today = local_date(now)
    plan = CarePlan(
        id=id,
        raised_until=max(today, command.recurrence.since),
        opened_at=now,
        **{name: getattr(command, name) for name in Open.model_fields},
    )
    raised = raise_visits(plan, now)
    return Decision(raised.aggregate, (event_from(CarePlanOpened, plan), *raised.events))


def raise_visits(plan: CarePlan, now: datetime) -> Decision[CarePlan]:
    """Raise the dates that have come into sight and were not raised before."""
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
        for start in plan.recurrence.starts(plan.first_free(plan.raised_until), until)
        if start > now
    ]
    coming = tuple(visit for visit in plan.visits if visit.ends_at > now)
    changed = plan.model_copy(update={"raised_until": until, "visits": (*coming, *visits)})
    return decided(changed, event_from(CarePlanRaised, changed, visits=visits))


def close_plan(plan: CarePlan, by: Principal, now: datetime) -> Decision[CarePlan]:
    """No more dates are raised; the event names the needs still to come, which are to be cancelled.

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
    """Forget the elder. The plan is closed; the event names the needs still to come, which are to be cancelled."""
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
    """Somebody whom the elder refused, or who acted for them, is erased."""
    if person not in plan.refused | plan.family:
        return decided(plan)
    changed = plan.model_copy(update={"refused": plan.refused - {person}, "family": plan.family - {person}})
    return decided(changed, CarePlanPersonErased())


def _to_come(plan: CarePlan, now: datetime) -> list[str]:
    return [visit.need for visit in plan.visits if visit.starts_at > now]
