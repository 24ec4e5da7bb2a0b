"""A care plan is changed, paused and resumed, and the visits that it has raised follow.

A visit whose time changed keeps its need, and the need moves. The need of a visit that is no longer due is cancelled. A
new visit has a need of its own, whose id depends on the edition of the plan: so the id is new even on a day whose
former need was cancelled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pydantic import Field

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Invalid
from services.chassis.principal import Principal, Role
from services.chassis.values import Line, Request, Text, local_date
from services.contracts.event import Event
from services.contracts.marks import Id
from services.contracts.volunteers import CarePlanChanged, CarePlanRaised, CarePlanStatus, CareVisit
from services.volunteers.care.domain.plans import (
    CarePlan,
    CarePlanClosedAlready,
    EmergencyContact,
    need_of_visit,
    require_skill,
)
from services.volunteers.care.domain.recurrence import Recurrence
from services.volunteers.people.domain.levels import Level
from services.volunteers.people.domain.profile import AgeBand, Gender
from services.volunteers.shared.values import Day, Minutes

FOR_EVER = date(2099, 12, 31)
"""A plan that is paused without an end is paused until this day."""


class PauseIsOver(
    Invalid,
    code="care-plan.pause-is-over",
    zh="暂停截止日期须晚于今天。",
    en="A pause ends on a day that is still to come.",
):
    """The pause would end today or has ended already, so it would hold no date back."""


class ChangePlan(Request):
    """Change a care plan. The fields given replace the former ones. Visits that have begun stay as they were."""

    recurrence: Recurrence | None = None
    minutes: Minutes | None = None
    seats: int | None = Field(default=None, ge=1, le=10)
    skill_level: Level | None = None
    building: Id | None = None
    home: Line | None = None
    note: Text | None = None
    gender: Gender | None = None
    continuity: bool | None = None
    urgency: int | None = Field(default=None, ge=1, le=3)
    age_band: AgeBand | None = None
    refused: frozenset[Id] | None = Field(default=None, max_length=50)
    family: frozenset[Id] | None = Field(default=None, max_length=10)
    emergency: EmergencyContact | None = None

    def given(self) -> dict[str, Any]:
        """The fields to replace, by name. A null clears a field that may be null, and leaves any other
        field as it is.
        """
        clearable = {"building", "home", "note", "gender", "age_band", "emergency"}
        return {
            name: value
            for name in sorted(self.model_fields_set)
            if (value := getattr(self, name)) is not None or name in clearable
        }


class Pause(Request):
    """Pause a care plan. `until`: the first day on which help is due again; null pauses the plan until
    staff resume it.
    """

    until: Day | None = None


@dataclass(frozen=True, slots=True)
class Following:
    """What becomes of the visits of a plan. `visits`: all visits from now on. `kept`: the coming ones that had a need
    before. `raised`: the new ones. `cancelled`: the ids of the needs that are cancelled.
    """

    visits: tuple[CareVisit, ...]
    kept: Sequence[CareVisit]
    cancelled: Sequence[str]
    raised: Sequence[CareVisit]


def change_plan(plan: CarePlan, command: ChangePlan, by: Principal, now: datetime) -> Decision[CarePlan]:
    """Change the dates of a plan, or what it asks of volunteers.

    Raises:
        NotYours: the caller is not staff.
        CarePlanClosedAlready: the plan is closed.
        LevelWithoutSkill: the kind of care asks for no skill.
    """
    _require_open(plan, by)
    require_skill(plan.care, command.skill_level)
    given = {name: value for name, value in command.given().items() if getattr(plan, name) != value}
    return _followed(plan, plan.model_copy(update=given), now) if given else decided(plan)


def pause_plan(plan: CarePlan, command: Pause, by: Principal, now: datetime) -> Decision[CarePlan]:
    """Pause a plan: its visits before a day are cancelled, and it raises none for the time before that day.

    Raises:
        NotYours, CarePlanClosedAlready: as for `change_plan`.
        PauseIsOver: the day is today or past.
    """
    _require_open(plan, by)
    until = command.until or FOR_EVER
    if until <= local_date(now):
        raise PauseIsOver()
    if plan.paused_until == until:
        return decided(plan)
    return _followed(plan, plan.model_copy(update={"paused_until": until}), now)


def resume_plan(plan: CarePlan, by: Principal, now: datetime) -> Decision[CarePlan]:
    """Resume a paused plan: its next visits are raised again.

    Raises:
        NotYours, CarePlanClosedAlready: as for `change_plan`.
    """
    _require_open(plan, by)
    if plan.paused_until is None:
        return decided(plan)
    return _followed(plan, plan.model_copy(update={"paused_until": None}), now)


def _require_open(plan: CarePlan, by: Principal) -> None:
    by.require(plan.community, Role.STAFF)
    if plan.status is CarePlanStatus.CLOSED:
        raise CarePlanClosedAlready()


def _followed(before: CarePlan, plan: CarePlan, now: datetime) -> Decision[CarePlan]:
    edition = before.edition + 1
    following = _following(plan, edition, now)
    changed = plan.model_copy(update={"edition": edition, "visits": following.visits})
    told: list[Event] = [
        event_from(CarePlanChanged, changed, visits=list(following.kept), cancelled=list(following.cancelled))
    ]
    if following.raised:
        told.append(event_from(CarePlanRaised, changed, visits=list(following.raised)))
    return decided(changed, *told)


def _following(plan: CarePlan, edition: int, now: datetime) -> Following:
    begun = tuple(visit for visit in plan.visits if visit.starts_at <= now)
    to_come = {visit.on: visit for visit in plan.visits if visit.starts_at > now}
    length = timedelta(minutes=plan.minutes)
    kept: list[CareVisit] = []
    raised: list[CareVisit] = []
    for start in plan.recurrence.starts(plan.first_free(local_date(now)), plan.raised_until, plan.community):
        if start <= now:
            continue
        before = to_come.get(start.date())
        need = need_of_visit(plan.id, start.date(), edition) if before is None else before.need
        at = start.astimezone(UTC)
        visit = CareVisit(need=need, on=start.date(), starts_at=at, ends_at=at + length)
        (raised if before is None else kept).append(visit)
    standing = {visit.need for visit in kept}
    cancelled = [visit.need for visit in to_come.values() if visit.need not in standing]
    visits = tuple(sorted((*begun, *kept, *raised), key=lambda visit: visit.starts_at))
    return Following(visits, kept, cancelled, raised)
