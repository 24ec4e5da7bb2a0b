"""An enrolment: a party that comes to every date of a series. Each date has an ordinary registration from it."""

from datetime import date, datetime

from pydantic import Field

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.chassis.errors import CommunityError, Conflict, NotYours
from services.chassis.principal import Principal, Role, member
from services.chassis.values import Request
from services.contracts.activities import (
    EnrolmentDateLeftOut,
    EnrolmentDateTaken,
    EnrolmentEnded,
    EnrolmentErased,
    EnrolmentMade,
    EnrolmentState,
    Leaving,
    SeriesStatus,
)
from services.contracts.marks import Id, Someone, Thing
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.parties import MAX_PARTY, GroupHeads
from services.events.activities.domain.seats import release
from services.events.registrations.domain import GroupOf, Register, register
from services.events.series.domain.series import Series, SeriesEndedAlready

MAX_LEFT_OUT = 200


class EnrolmentOver(Conflict, code="enrolment.over", zh="整期报名已结束。", en="The enrolment has ended."):
    """Who left a series enrols anew."""


class TooManyLeftOut(
    Conflict, code="enrolment.too-many-left-out", zh="请假日期过多。", en="Too many dates are left out."
):
    """Who hardly ever comes registers for single dates."""


class Enrolment(Aggregate):
    """A party and the dates on which it does not come."""

    series: Thing[str]
    person: Someone[str]
    by: Someone[str]
    heads: int
    groups: tuple[GroupHeads, ...] = ()
    guardian: bool = False
    ages_confirmed: bool = False
    made_at: datetime
    left_out: tuple[date, ...] = ()
    stands: bool = True

    def public(self) -> EnrolmentState:
        return EnrolmentState(
            series=self.series,
            person=self.person,
            party=self.heads,
            left_out=list(self.left_out),
            stands=self.stands,
        )

    def require_own(self, by: Principal) -> None:
        """Raises NotYours unless `by` is the person, or acts for others in the community."""
        if not is_own(self, by):
            raise NotYours()


def is_own(enrolment: Enrolment, by: Principal) -> bool:
    """Whether `by` is the person, or acts for others in the community, as staff and grid workers do."""
    acts = by.sub == enrolment.person or by.has(enrolment.community, Role.STAFF, Role.GRID_WORKER)
    return enrolment.community in by.communities and acts


class Enrol(Request):
    """A party that comes to every date. Without `person` it is the caller's."""

    person: Id | None = None
    party: int = Field(default=1, ge=1, le=MAX_PARTY)
    groups: tuple[GroupOf, ...] = Field(default=(), max_length=12)
    guardian: bool = False
    ages_confirmed: bool = False
    left_out: tuple[date, ...] = Field(default=(), max_length=MAX_LEFT_OUT)


class OneDate(Request):
    """A date of the series."""

    on: date


def enrolment_id(series: str, person: str) -> str:
    """The id of somebody's enrolment in a series: a person has one."""
    return derived_id("enrolment", series, person)


def enrol(id: str, series: Series, body: Enrol, person: str, by: Principal, now: datetime) -> Decision[Enrolment]:
    """A party comes to every date of `series` that lies ahead.

    Raises:
        NotYours, SeriesEndedAlready
    """
    if series.status is not SeriesStatus.RUNNING:
        raise SeriesEndedAlready()
    made = Enrolment(
        id=id,
        community=series.community,
        series=series.id,
        person=person,
        by=by.sub,
        heads=body.party,
        groups=tuple(GroupHeads(group=each.group, heads=each.heads) for each in body.groups),
        guardian=body.guardian,
        ages_confirmed=body.ages_confirmed,
        made_at=now,
        left_out=tuple(sorted({*body.left_out})),
    )
    made.require_own(by)
    return decided(made, event_from(EnrolmentMade, made))


def again(enrolment: Enrolment, body: Enrol, by: Principal, now: datetime) -> Decision[Enrolment]:
    """Somebody who had left the series comes again; of one that stands nothing changes.

    Raises:
        NotYours
    """
    enrolment.require_own(by)
    if enrolment.stands:
        return decided(enrolment)
    back = enrolment.model_copy(
        update={"stands": True, "heads": body.party, "left_out": tuple(sorted({*body.left_out})), "made_at": now}
    )
    return decided(back, event_from(EnrolmentMade, back))


def leave_out(enrolment: Enrolment, on: date, by: Principal) -> Decision[Enrolment]:
    """The party does not come on one date; to leave it out twice changes nothing.

    Raises:
        NotYours, EnrolmentOver, TooManyLeftOut
    """
    _require_standing(enrolment, by)
    if on in enrolment.left_out:
        return decided(enrolment)
    if len(enrolment.left_out) >= MAX_LEFT_OUT:
        raise TooManyLeftOut()
    without = enrolment.model_copy(update={"left_out": tuple(sorted((*enrolment.left_out, on)))})
    return decided(without, event_from(EnrolmentDateLeftOut, without, on=on))


def take(enrolment: Enrolment, on: date, by: Principal) -> Decision[Enrolment]:
    """The party comes on a date after all: it gets seats where there are, and waits like everybody else.

    Raises:
        NotYours, EnrolmentOver
    """
    _require_standing(enrolment, by)
    if on not in enrolment.left_out:
        return decided(enrolment)
    with_it = enrolment.model_copy(update={"left_out": tuple(day for day in enrolment.left_out if day != on)})
    return decided(with_it, event_from(EnrolmentDateTaken, with_it, on=on))


def end(enrolment: Enrolment, by: Principal) -> Decision[Enrolment]:
    """The party leaves the series.

    Raises:
        NotYours, EnrolmentOver
    """
    _require_standing(enrolment, by)
    ended = enrolment.model_copy(update={"stands": False})
    return decided(ended, EnrolmentEnded(stands=False))


def erase(enrolment: Enrolment, person: str, stand_in: str) -> Decision[Enrolment]:
    """A stand-in takes the place of `person`; their own enrolment is at an end."""
    if person not in (enrolment.person, enrolment.by):
        return decided(enrolment)
    own = enrolment.person == person
    erased = enrolment.model_copy(
        update={
            "person": stand_in if own else enrolment.person,
            "by": stand_in if enrolment.by == person else enrolment.by,
            "stands": enrolment.stands and not own,
        }
    )
    return decided(erased, event_from(EnrolmentErased, erased))


def come(activity: Activity, enrolment: Enrolment, now: datetime) -> Decision[Activity]:
    """The party registers for one date of its series. Where it can't, by the terms or since it has, nothing happens."""
    comes = enrolment.stands and activity.occurrence not in enrolment.left_out
    if not comes or activity.series != enrolment.series or not activity.is_ahead(now):
        return decided(activity)
    groups = tuple(GroupOf(group=each.group, heads=each.heads) for each in enrolment.groups)
    asked = Register(party=enrolment.heads, groups=groups, despite_overlap=True)
    by = _enroller(enrolment)
    try:
        registered = register(
            activity,
            enrolment.person,
            enrolment.heads,
            by,
            now,
            guardian=enrolment.guardian,
            ages_confirmed=enrolment.ages_confirmed,
            asked=asked,
        )
    except CommunityError:
        return decided(activity)
    return registered


def _enroller(enrolment: Enrolment) -> Principal:
    """Who enrolled the party: they themselves, or the desk for them, as it may still."""
    if enrolment.by == enrolment.person:
        return member(enrolment.person, enrolment.community)
    return member(enrolment.by, enrolment.community, Role.GRID_WORKER)


def stay_away(activity: Activity, enrolment: Enrolment, now: datetime) -> Decision[Activity]:
    """The party gives its seats in one date up again, where it has not begun."""
    if not activity.is_ahead(now):
        return decided(activity)
    return release(activity, enrolment.person, now, Leaving.SERIES_LEFT)


def _require_standing(enrolment: Enrolment, by: Principal) -> None:
    enrolment.require_own(by)
    if not enrolment.stands:
        raise EnrolmentOver()
