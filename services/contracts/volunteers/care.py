"""Care plans: standing promises of help, whose dates become needs."""

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from services.contracts.event import Event, State
from services.contracts.marks import Code, Id, Masked, PersonId, Public, Thing
from services.contracts.topics import VOLUNTEERS


class CareKind(StrEnum):
    """What is done for an elder: 上门慰问, 理发, 送餐, 家务, 上门体检."""

    VISIT = "visit"
    HAIRCUT = "haircut"
    MEAL = "meal"
    CHORES = "chores"
    HEALTH_CHECK = "health-check"


class CarePlanStatus(StrEnum):
    """Whether a plan still raises needs."""

    OPEN = "open"
    CLOSED = "closed"


class CareVisit(BaseModel):
    """One date of a care plan and the need that it becomes."""

    model_config = ConfigDict(frozen=True)

    need: Thing[Id]
    on: date
    starts_at: datetime
    ends_at: datetime


class _CarePlan(BaseModel):
    elder: Public[PersonId]
    kind: Public[CareKind]
    purpose: Public[Thing[Code | None]] = None
    """What a visit is for, where `kind` alone does not say it: `chat`. Unlike kinds, purposes may come to be more."""
    building: Public[Id | None] = None
    rule: Public[Thing[Masked]]
    """RFC 5545 recurrence rule, in the community's time zone: `FREQ=WEEKLY;BYDAY=TU`."""
    first: Public[datetime]
    """Start of the first date."""
    minutes: Public[int]
    seats: Public[int]
    status: Public[CarePlanStatus]
    raised_until: Public[date]
    """Every date before it has its need."""
    paused_until: Public[date | None] = None
    """No date before it; null where the plan is not paused."""


class CarePlanState(_CarePlan, State, type="cn.community.volunteers.care-plan.state.v1", topic=VOLUNTEERS):
    """A standing promise of help to an elder."""


class CarePlanOpened(
    _CarePlan, Event, type="cn.community.volunteers.care-plan.opened.v1", topic=VOLUNTEERS, state=CarePlanState
):
    """The committee promised an elder regular help."""


class CarePlanRaised(Event, type="cn.community.volunteers.care-plan.raised.v1", topic=VOLUNTEERS, state=CarePlanState):
    """The next dates of a care plan have become needs. A `need.opened` follows for each."""

    raised_until: Public[date]
    visits: Public[list[CareVisit]]


class CarePlanClosed(Event, type="cn.community.volunteers.care-plan.closed.v1", topic=VOLUNTEERS, state=CarePlanState):
    """A care plan has no more dates; a `need.cancelled` follows for each of `needs`, the dates still to come."""

    status: Public[CarePlanStatus]
    needs: Public[list[Id]]


class CarePlanErased(Event, type="cn.community.volunteers.care-plan.erased.v1", topic=VOLUNTEERS, state=CarePlanState):
    """The elder of a care plan was erased: the state is removed, and what was still to come is cancelled."""

    needs: Public[list[Id]]


class CarePlanPersonErased(
    Event, type="cn.community.volunteers.care-plan.person-erased.v1", topic=VOLUNTEERS, state=CarePlanState
):
    """Somebody whom a care plan named beside the elder was erased from it."""


class CarePlanChanged(
    _CarePlan, Event, type="cn.community.volunteers.care-plan.changed.v1", topic=VOLUNTEERS, state=CarePlanState
):
    """A care plan has another rule or other demands, or was paused or resumed. The needs of `visits` follow; those in
    `cancelled` are not wanted any more. A `care-plan.raised` tells the dates that are new.
    """

    visits: Public[list[CareVisit]]
    cancelled: Public[Thing[list[Id]]]
