"""How a need comes about: staff ask for help, an activity looks for volunteers, or a care plan raises a visit."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import Field, model_validator

from services.chassis.aggregate import Decision, decided, derived_id, event_from
from services.chassis.errors import Invalid
from services.chassis.principal import Principal, Role
from services.chassis.values import Line, Request
from services.contracts.activities import ActivityScheduled
from services.contracts.marks import Code, Id
from services.contracts.volunteers import CareKind, CareVisit, NeedOpened, Origin, SeatRole
from services.volunteers.care.domain.plans import CarePlan
from services.volunteers.needs.domain.need import AlreadyStarted, Need
from services.volunteers.needs.domain.roles import CERTIFICATES, RoleSeats
from services.volunteers.people.domain.profile import Gender
from services.volunteers.shared.values import Moment

LONGEST = timedelta(hours=24)
"""One service takes so long at most."""

NOTICE = {
    CareKind.VISIT: timedelta(days=3),
    CareKind.HAIRCUT: timedelta(days=3),
    CareKind.MEAL: timedelta(days=1),
    CareKind.CHORES: timedelta(days=1),
    CareKind.HEALTH_CHECK: timedelta(days=7),
}
"""How long before a visit people are asked, by kind: late enough for a good plan, early enough for them to arrange
themselves. A shorter notice leaves more to be planned together, and so fills more seats."""


class EndsBeforeStart(
    Invalid, code="need.ends-before-start", zh="结束时间必须晚于开始时间。", en="It must end after it starts."
):
    """Time runs one way."""


class TooLong(Invalid, code="need.too-long", zh="一次服务最长 24 小时。", en="One service takes 24 hours at most."):
    """A service that takes longer is several needs."""


class OpenNeed(Request):
    """Staff ask for help at one time, apart from activities and care plans. `helped`: who is, if it is one person.

    `roles`: the parts of it, where they ask different things; the seats are theirs, and `seats` does not count then.
    """

    community: Id
    category: Code
    skill: Code | None = None
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
    roles: tuple[RoleSeats, ...] = Field(default=(), max_length=len(SeatRole))
    bring: Line | None = None

    @model_validator(mode="after")
    def _each_role_once(self) -> "OpenNeed":
        if len({part.role for part in self.roles}) < len(self.roles):
            raise ValueError("each role is given once")
        return self


def need_of_activity(activity: str) -> str:
    """The id of an activity's need: the same every time, so that no activity has two."""
    return derived_id("need", activity)


def open_need(id: str, command: OpenNeed, by: Principal, now: datetime) -> Decision[Need]:
    """Staff open a need.

    Raises:
        NotYours: the caller is not staff.
        EndsBeforeStart, TooLong, AlreadyStarted: the times make no sense.
    """
    by.require(command.community, Role.STAFF)
    if command.ends_at <= command.starts_at:
        raise EndsBeforeStart()
    if command.ends_at - command.starts_at > LONGEST:
        raise TooLong()
    if command.starts_at <= now:
        raise AlreadyStarted()
    fields = {name: getattr(command, name) for name in OpenNeed.model_fields if name != "helped"}
    fields["seats"] = sum(part.seats for part in command.roles) or command.seats
    fields["barred"] = frozenset() if command.helped is None else frozenset({command.helped})
    return _opened(Need(id=id, origin=Origin.DIRECT, certificate=_certificate(command.skill), ask_from=now, **fields))


def open_for_activity(id: str, community: str, scheduled: ActivityScheduled, now: datetime) -> Decision[Need]:
    """An activity looks for volunteers. They are asked at once, since people like to know early."""
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
            ask_from=now,
        )
    )


def open_for_visit(plan: CarePlan, visit: CareVisit, notice: Mapping[CareKind, timedelta] = NOTICE) -> Decision[Need]:
    """A care plan raised a visit. Only adults may take it, since they enter a home."""
    return _opened(
        Need(
            id=visit.need,
            community=plan.community,
            origin=Origin.CARE_PLAN,
            care_plan=plan.id,
            category=plan.kind.value,
            skill=plan.skill,
            certificate=_certificate(plan.skill),
            adults_only=True,
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
            building=plan.building,
            seats=plan.seats,
            gender=plan.gender,
            urgency=plan.urgency,
            age_band=plan.age_band,
            barred=plan.refused | {plan.elder},
            ask_from=visit.starts_at - notice[plan.kind],
        )
    )


def _opened(need: Need) -> Decision[Need]:
    return decided(need, event_from(NeedOpened, need))


def _certificate(skill: str | None) -> str | None:
    return None if skill is None else CERTIFICATES.get(skill)
