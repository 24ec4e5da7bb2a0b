"""Plans of rounds that recur: each of their dates becomes a round."""

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel

from services.contracts.event import Event, State
from services.contracts.marks import Id, Masked, Office, OfficerId, Public, Thing
from services.contracts.topics import ISSUES


class RoundPlanStatus(StrEnum):
    """Whether a plan still brings forth rounds; an `ended` one does not."""

    RUNNING = "running"
    ENDED = "ended"


class _RoundPlan(BaseModel):
    title: Public[Office[Masked | None]] = None
    rule: Public[Thing[Masked]]
    first: Public[datetime]
    buildings: Public[list[Id]]
    walker: Public[OfficerId]
    unit: Public[Id | None] = None
    keeps_off_holidays: Public[bool] = False
    days_ahead: Public[int]
    status: Public[RoundPlanStatus]
    skipped: Public[list[date]]
    next: Public[date | None] = None
    ends: Public[date | None] = None


class RoundPlanState(_RoundPlan, State, type="cn.community.issues.roundplan.state.v1", topic=ISSUES):
    """Rounds by a rule (RFC 5545) on the community's calendar, from `first` on.

    Each date becomes a round `days_ahead` days before it comes; with `keeps_off_holidays`, not one on a public holiday.
    `next` is the first date that is no round yet; there is none on `ends` and after it.
    """


class RoundPlanMade(
    _RoundPlan, Event, type="cn.community.issues.roundplan.made.v1", topic=ISSUES, state=RoundPlanState
):
    """Rounds are to be walked again and again. Carries the whole state."""


class RoundDue(Event, type="cn.community.issues.roundplan.round-due.v1", topic=ISSUES, state=RoundPlanState):
    """One date of the plan becomes a round, which has the id `round`."""

    occurrence: Public[date]
    round: Public[Id]
    starts_at: Public[datetime]
    next: Public[date | None]


class RoundPlanDateSkipped(Event, type="cn.community.issues.roundplan.skipped.v1", topic=ISSUES, state=RoundPlanState):
    """One coming date of a plan is skipped."""

    on: Public[date]
    skipped: Public[list[date]]
    next: Public[date | None]


class RoundPlanChanged(Event, type="cn.community.issues.roundplan.changed.v1", topic=ISSUES, state=RoundPlanState):
    """From the date `since` on, rounds are planned like this."""

    since: Public[date]
    title: Public[Office[Masked | None]]
    rule: Public[Thing[Masked]]
    first: Public[datetime]
    buildings: Public[list[Id]]
    walker: Public[OfficerId]
    unit: Public[Id | None]
    keeps_off_holidays: Public[bool] = False
    next: Public[date | None]


class RoundPlanEnded(Event, type="cn.community.issues.roundplan.ended.v1", topic=ISSUES, state=RoundPlanState):
    """A plan brings forth no rounds from the date `ends` on; once no date is left, its status tells so too."""

    status: Public[RoundPlanStatus]
    next: Public[date | None]
    ends: Public[date | None]
