"""How needs are opened: by staff, for an activity that looks for volunteers, for a visit that a care plan raised, for a
case that was handed to volunteers, or for a request for help that was granted.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pydantic import Field, model_validator

from services.chassis.aggregate import Decision, decided, derived_id, event_from
from services.chassis.principal import Principal, Role
from services.chassis.values import ZONE, Line, Request
from services.contracts.activities import ActivityScheduled
from services.contracts.marks import Code, Id
from services.contracts.volunteers import CareVisit, NeedOpened, Origin, SeatRole
from services.volunteers.care.domain.kinds import CareKind
from services.volunteers.care.domain.plans import CarePlan
from services.volunteers.needs.domain.need import AlreadyStarted, Need
from services.volunteers.needs.domain.roles import CERTIFICATES, RoleSeats
from services.volunteers.people.domain.levels import LOWEST, Level
from services.volunteers.people.domain.profile import Gender
from services.volunteers.requests.domain import HelpRequest, Terms, need_of_request
from services.volunteers.shared.values import Moment
from services.volunteers.shared.values.spans import require_span

NOTICE = {
    CareKind.VISIT: timedelta(days=3),
    CareKind.CHAT: timedelta(days=3),
    CareKind.HAIRCUT: timedelta(days=3),
    CareKind.MEAL: timedelta(days=1),
    CareKind.CHORES: timedelta(days=1),
    CareKind.HEALTH_CHECK: timedelta(days=7),
}
"""How long before a visit people are asked, by the kind of care.

A shorter notice leaves more needs to be planned together, which fills more seats; a longer one leaves people more time
to arrange their day."""

FIRST_HOUR, LAST_HOUR = 10, 18
"""A volunteer is sent to a case at the earliest at the first of these hours of the day, and at the latest at the last
(Asia/Shanghai)."""
AT_A_CASE = timedelta(hours=1)
"""The need of a case lasts so long."""
NOTICE_OF_CASE = timedelta(hours=24)
"""Volunteers have at least so long to answer for a case, if the case is not due before."""
AT_ONCE = timedelta(hours=2)
"""If a case is due soon, a volunteer is sent to it at the earliest after so long."""


class OpenNeed(Request):
    """Staff ask for help at one time, apart from activities and care plans.

    `helped`: the person who is helped, if it is one person. `case`: the case that the help is for. `bring`: the things
    that volunteers bring along. `roles`: the roles of the seats, where a lead and helpers are asked for different
    things; the need then has the seats of its roles, and `seats` does not count.
    """

    community: Id
    category: Code
    skill: Code | None = None
    skill_level: Level = LOWEST
    starts_at: Moment
    ends_at: Moment
    building: Id | None = None
    seats: int = Field(default=1, ge=1, le=200)
    adults_only: bool = False
    min_age: int | None = Field(default=None, ge=14, le=99)
    gender: Gender | None = None
    language: Code | None = None
    with_minors: bool = False
    insured_only: bool = False
    urgency: int = Field(default=1, ge=1, le=3)
    helped: Id | None = None
    case: Id | None = None
    roles: tuple[RoleSeats, ...] = Field(default=(), max_length=len(SeatRole))
    bring: Line | None = None

    @model_validator(mode="after")
    def _each_role_once(self) -> "OpenNeed":
        if len({part.role for part in self.roles}) < len(self.roles):
            raise ValueError("each role is given once")
        return self

    @model_validator(mode="after")
    def _levels_are_of_skills(self) -> "OpenNeed":
        parts = [(part.skill or self.skill, part.skill_level) for part in self.roles]
        if any(skill is None and level > LOWEST for skill, level in [*parts, (self.skill, self.skill_level)]):
            raise ValueError("a level is asked of a skill: give skill as well")
        return self


def need_of_activity(activity: str) -> str:
    """The id of the need of an activity. It is derived from the activity's id, so that no activity has two needs."""
    return derived_id("need", activity)


def open_need(
    id: str, command: OpenNeed, by: Principal, now: datetime, helped: frozenset[str] = frozenset()
) -> Decision[Need]:
    """Staff open a need. `helped`: the person helped, under each of their names.

    Raises:
        NotYours: the caller is not staff.
        EndsBeforeStart, TooLong: the service would end before it starts, or last too long.
        AlreadyStarted: the start is past.
    """
    by.require(command.community, Role.STAFF)
    require_span(command.starts_at, command.ends_at)
    if command.starts_at <= now:
        raise AlreadyStarted()
    fields = {name: getattr(command, name) for name in OpenNeed.model_fields if name != "helped"}
    fields["seats"] = sum(part.seats for part in command.roles) or command.seats
    fields["barred"] = helped if command.helped is None else helped | {command.helped}
    return _opened(Need(id=id, origin=Origin.DIRECT, certificate=_certificate(command.skill), ask_from=now, **fields))


def open_for_activity(id: str, community: str, scheduled: ActivityScheduled, now: datetime) -> Decision[Need]:
    """Open the need of an activity that looks for volunteers. People are asked at once, since an activity is known
    early.
    """
    parts = [RoleSeats(**each.model_dump()) for each in scheduled.helpers]
    return _opened(
        Need(
            id=need_of_activity(id),
            community=community,
            origin=Origin.ACTIVITY,
            activity=id,
            category=scheduled.kind.value,
            skill=scheduled.skill,
            certificate=_certificate(scheduled.skill),
            starts_at=scheduled.starts_at,
            ends_at=scheduled.ends_at,
            building=scheduled.building,
            seats=scheduled.volunteers_needed,
            roles=tuple(parts),
            ask_from=now,
        )
    )


def open_for_visit(plan: CarePlan, visit: CareVisit, notice: Mapping[CareKind, timedelta] = NOTICE) -> Decision[Need]:
    """Open the need of a visit that a care plan raised. Only adults may take a seat, since they enter a home."""
    return _opened(
        Need(
            id=visit.need,
            community=plan.community,
            origin=Origin.CARE_PLAN,
            care_plan=plan.id,
            category=plan.care.value,
            skill=plan.skill,
            skill_level=plan.skill_level,
            certificate=_certificate(plan.skill),
            adults_only=True,
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
            building=plan.building,
            seats=plan.seats,
            gender=plan.gender,
            continuity=plan.continuity,
            urgency=plan.urgency,
            age_band=plan.age_band,
            barred=plan.refused | {plan.elder},
            ask_from=visit.starts_at - notice[plan.care],
        )
    )


def open_for_request(request: HelpRequest, now: datetime, helped: frozenset[str] = frozenset()) -> Decision[Need]:
    """Open the need of a request for help that staff granted. Only adults may take a seat, since they may enter a home.
    The person helped and the person who asked may not, under any of their names (`helped`).
    """
    terms = request.terms or Terms()
    return _opened(
        Need(
            id=need_of_request(request.id),
            community=request.community,
            origin=Origin.DIRECT,
            request=request.id,
            category=request.category,
            certificate=_certificate(terms.skill),
            adults_only=True,
            starts_at=request.starts_at,
            ends_at=request.ends_at,
            building=request.building,
            barred=helped | {request.person, request.helped},
            ask_from=now,
            **{name: getattr(terms, name) for name in Terms.model_fields},
        )
    )


def open_for_case(
    id: str, case: str, community: str, category: str, building: str | None, due_at: datetime | None, now: datetime
) -> Decision[Need]:
    """Open the need of a case that was handed to volunteers: one volunteer goes there for an hour (`time_at_a_case`).

    Staff may move the need.
    """
    begin = time_at_a_case(due_at, now)
    return _opened(
        Need(
            id=id,
            community=community,
            origin=Origin.DIRECT,
            case=case,
            category=category,
            starts_at=begin,
            ends_at=begin + AT_A_CASE,
            building=building,
            seats=1,
            ask_from=now,
        )
    )


def time_at_a_case(due_at: datetime | None, now: datetime) -> datetime:
    """When a volunteer goes to a case, in UTC: at ten on the first day that leaves `NOTICE_OF_CASE`; or, if the case is
    due before that, at a full hour of the day as soon as `AT_ONCE` allows.
    """
    day = (now + NOTICE_OF_CASE).astimezone(ZONE)
    first = day.replace(hour=FIRST_HOUR, minute=0, second=0, microsecond=0)
    if first < day:
        first += timedelta(days=1)
    if due_at is None or first + AT_A_CASE <= due_at:
        return first.astimezone(UTC)
    soon = (now + AT_ONCE).astimezone(ZONE)
    soon = soon.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if soon.hour < FIRST_HOUR:
        soon = soon.replace(hour=FIRST_HOUR)
    elif soon.hour > LAST_HOUR:
        soon = (soon + timedelta(days=1)).replace(hour=FIRST_HOUR)
    return soon.astimezone(UTC)


def _opened(need: Need) -> Decision[Need]:
    return decided(need, event_from(NeedOpened, need))


def _certificate(skill: str | None) -> str | None:
    return None if skill is None else CERTIFICATES.get(skill)
