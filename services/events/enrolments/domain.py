"""An enrolment: a party that comes to every date of a series. Each date has an ordinary registration from it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime

from pydantic import Field

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.chassis.errors import CommunityError, Conflict, NotYours
from services.chassis.principal import Principal, Role, member
from services.chassis.values import Request, local_date
from services.contracts.activities import (
    ActivityRegistered,
    EnrolmentDateLeftOut,
    EnrolmentDateTaken,
    EnrolmentEnded,
    EnrolmentErased,
    EnrolmentMade,
    EnrolmentState,
    Leaving,
    SeriesStatus,
)
from services.contracts.marks import Id, Someone, Thing, Words
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.parties import MAX_PARTY, GroupHeads
from services.events.activities.domain.requests import Day
from services.events.activities.domain.scheduling import announce
from services.events.activities.domain.seats import release
from services.events.children.domain import Child, Label
from services.events.registrations.domain import (
    GroupOf,
    NotOpenYet,
    Register,
    RegistrationClosed,
    register,
    require_children,
)
from services.events.series.domain.series import NoSuchDate, Series, SeriesEndedAlready

MAX_LEFT_OUT = 200
DESPITE = "I know that I have something else at the time of some dates."


class EnrolmentOver(Conflict, code="enrolment.over", zh="整期报名已结束。", en="The enrolment has ended."):
    """An enrolment that has ended is not changed; who left a series enrols again."""


class EnrolmentStands(
    Conflict,
    code="enrolment.stands",
    zh="整期报名仍然有效；如要更改人数或同行儿童，请更改整期报名。",
    en="The enrolment stands; to come with another party, change it.",
):
    """A party that stands is not changed in silence, nor left as it is as though it had been changed."""


class TooManyLeftOut(
    Conflict, code="enrolment.too-many-left-out", zh="请假日期过多。", en="Too many dates are left out."
):
    """Somebody who hardly ever comes registers for single dates instead."""


class Enrolment(Aggregate):
    """A party and the dates on which it does not come."""

    series: Thing[str]
    person: Someone[str]
    by: Someone[str]
    heads: int
    groups: tuple[GroupHeads, ...] = ()
    guardian: bool = False
    ages_confirmed: bool = False
    children: Someone[tuple[str, ...]] = ()
    called: Words[str | None] = None
    made_at: datetime
    left_out: tuple[date, ...] = ()
    left_out_at: datetime | None = None
    """When a date was left out, the last time."""
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
    """A party that comes to every date. Without `person` it is the caller's. Heads and children are counted as in
    registering for one activity."""

    person: Id | None = None
    called: Label | None = Field(default=None, description="How the door lists call the party, for the desk alone.")
    party: int = Field(default=1, ge=1, le=MAX_PARTY, description="Heads that come. All may be `children`.")
    groups: tuple[GroupOf, ...] = Field(default=(), max_length=12)
    guardian: bool = Field(default=False, description="It needs `children`, and follows from them.")
    ages_confirmed: bool = False
    children: tuple[Id, ...] = Field(default=(), max_length=MAX_PARTY, description="Children of the party, as entered.")
    left_out: tuple[Day, ...] = Field(default=(), max_length=MAX_LEFT_OUT)
    despite_overlap: bool = Field(default=False, description=DESPITE)


class OneDate(Request):
    """A date of the series."""

    on: Day


class TakeDate(OneDate):
    """A date of the series on which the party comes after all."""

    despite_overlap: bool = Field(default=False, description=DESPITE)


def enrolment_id(series: str, person: str) -> str:
    """The id of somebody's enrolment in a series: a person has one."""
    return derived_id("enrolment", series, person)


def enrol(
    id: str,
    series: Series,
    body: Enrol,
    person: str,
    by: Principal,
    now: datetime,
    children: Sequence[Child] = (),
) -> Decision[Enrolment]:
    """A party comes to every date of `series` that lies ahead; `children` are those whom it names.

    Raises:
        NotYours, SeriesEndedAlready
        NoSuchDate: the series has no date ahead on a day that is left out.
        What the terms of the series refuse the party for, so that nobody enrols and never has a seat: PartyTooLarge,
        GroupsUnclear, ChildrenUncounted, NoConsentStands, GuardianMissing, GuardianOfNobody, AgeNotConfirmed, TooOld,
        ChildUnfit
    """
    require_children(body.children, guardian=body.guardian)
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
        children=body.children,
        called=body.called,
        made_at=now,
        left_out=tuple(sorted({*body.left_out})),
    )
    made.require_own(by)
    for on in made.left_out:
        series.require_date(on, now)
    require_terms(made, series, now, children)
    return decided(made, _made(made, series))


def again(
    enrolment: Enrolment,
    series: Series,
    body: Enrol,
    by: Principal,
    now: datetime,
    children: Sequence[Child] = (),
) -> Decision[Enrolment]:
    """Somebody who had left the series comes again, with the party of now; of one that stands as asked nothing changes.

    Raises:
        EnrolmentStands: with another party than asked.
        What `enrol` refuses.
    """
    enrolment.require_own(by)
    if enrolment.stands:
        if not _is_as_asked(enrolment, body):
            raise EnrolmentStands()
        return decided(enrolment)
    back = enrol(enrolment.id, series, body, enrolment.person, by, now, children).aggregate
    return decided(back, _made(back, series))


def _made(enrolment: Enrolment, series: Series) -> EnrolmentMade:
    told = series.public()
    return event_from(EnrolmentMade, enrolment, title=told.title, title_en=told.title_en)


def _is_as_asked(enrolment: Enrolment, body: Enrol) -> bool:
    """Whether the party that stands is the one asked for; which dates it leaves out is said by the date."""
    groups = {(each.group, each.heads) for each in body.groups}
    same_groups = {(each.group, each.heads) for each in enrolment.groups} == groups
    return enrolment.heads == body.party and same_groups and {*enrolment.children} == {*body.children}


def leave_out(enrolment: Enrolment, series: Series, on: date, by: Principal, now: datetime) -> Decision[Enrolment]:
    """The party does not come on one date; to leave it out twice changes nothing.

    Raises:
        NotYours, EnrolmentOver, TooManyLeftOut, NoSuchDate
    """
    require_standing(enrolment, by)
    if on in enrolment.left_out:
        return decided(enrolment)
    _require_date(series, on, now)
    if len(enrolment.left_out) >= MAX_LEFT_OUT:
        raise TooManyLeftOut()
    return _without(enrolment, on, now)


def gave_up(enrolment: Enrolment, on: date, now: datetime) -> Decision[Enrolment]:
    """The party gave up its place in one date at the activity itself, or lost it: the date is left out, so that the
    party can take it again, and nothing seats it there until then."""
    if not enrolment.stands or on in enrolment.left_out or len(enrolment.left_out) >= MAX_LEFT_OUT:
        return decided(enrolment)
    return _without(enrolment, on, now)


def came_back(enrolment: Enrolment, on: date, registered_at: datetime) -> Decision[Enrolment]:
    """The party registered at the activity itself for a date that it had left out: it comes on that date again, also
    where another activity takes the place of the date's. A date that was left out since then stays so."""
    since = enrolment.left_out_at
    if not enrolment.stands or on not in enrolment.left_out or (since is not None and registered_at < since):
        return decided(enrolment)
    return _with(enrolment, on)


def take(enrolment: Enrolment, series: Series, on: date, by: Principal, now: datetime) -> Decision[Enrolment]:
    """The party comes on a date after all: it gets seats where there are, and waits like everybody else.

    Raises:
        NotYours, EnrolmentOver, NoSuchDate
    """
    require_standing(enrolment, by)
    _require_date(series, on, now)
    if on not in enrolment.left_out:
        return decided(enrolment)
    return _with(enrolment, on)


def end(enrolment: Enrolment, by: Principal) -> Decision[Enrolment]:
    """The party leaves the series.

    Raises:
        NotYours, EnrolmentOver
    """
    require_standing(enrolment, by)
    ended = enrolment.model_copy(update={"stands": False})
    return decided(ended, EnrolmentEnded(stands=False))


def drop_child(enrolment: Enrolment, child: str) -> Decision[Enrolment]:
    """No consent stands any more for a child of the party, and so the party is enrolled no more."""
    if not enrolment.stands or child not in enrolment.children:
        return decided(enrolment)
    return decided(enrolment.model_copy(update={"stands": False}), EnrolmentEnded(stands=False))


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
            "children": () if own else enrolment.children,
            "called": None if own else enrolment.called,
        }
    )
    return decided(erased, event_from(EnrolmentErased, erased))


def come(
    activity: Activity,
    enrolment: Enrolment,
    now: datetime,
    children: Sequence[Child] = (),
    *,
    as_told: bool = False,
    restored: bool = False,
) -> Decision[Activity]:
    """The party registers for one date of its series. Where it can't, by the terms or since it has, nothing happens.

    `as_told`: the date is one to which the party was told that it comes. `restored`: it takes place after all.
    """
    if not comes_to(enrolment, activity, now):
        return decided(activity)
    try:
        registered = registered_for(activity, enrolment, now, children)
    except CommunityError:
        return decided(activity)
    return _saying(registered, as_enrolled=as_told, restored=restored)


def comes_to(enrolment: Enrolment, activity: Activity, now: datetime) -> bool:
    """Whether the party comes to the coming date that `activity` is."""
    comes = enrolment.stands and activity.occurrence not in enrolment.left_out
    return comes and activity.series == enrolment.series and activity.is_ahead(now)


def _saying(registered: Decision[Activity], **said: bool) -> Decision[Activity]:
    """The same with what the registration says of its date."""
    events = registered.events
    told = (each.model_copy(update=said) if isinstance(each, ActivityRegistered) else each for each in events)
    return replace(registered, events=tuple(told))


def groups_of(enrolment: Enrolment) -> tuple[GroupOf, ...]:
    """How the heads divide into groups, as a request says it."""
    return tuple(GroupOf(group=each.group, heads=each.heads) for each in enrolment.groups)


def registered_for(
    activity: Activity, enrolment: Enrolment, now: datetime, children: Sequence[Child]
) -> Decision[Activity]:
    """The party registers for one date, as `register` has it."""
    groups, theirs, called = groups_of(enrolment), enrolment.children, enrolment.called
    asked = Register(party=enrolment.heads, groups=groups, children=theirs, called=called, despite_overlap=True)
    return register(
        activity,
        enrolment.person,
        enrolment.heads,
        enroller(enrolment),
        now,
        guardian=enrolment.guardian and bool(enrolment.children),
        ages_confirmed=enrolment.ages_confirmed,
        asked=asked,
        children=children,
    )


def require_terms(enrolment: Enrolment, series: Series, now: datetime, children: Sequence[Child]) -> None:
    """Raises what the next date of `series` would refuse the party for, but for the time of its registration."""
    ahead = next((each for each in series.occurrences(local_date(now)) if each.starts_at > now), None)
    if ahead is None:
        return
    date_ahead = announce(ahead.activity, series.community, series.plan_of(ahead), "", now).aggregate
    with suppress(NotOpenYet, RegistrationClosed):
        registered_for(date_ahead, enrolment, now, children)


def enroller(enrolment: Enrolment) -> Principal:
    """Whoever enrolled the party: the person themselves or, where somebody did it for them, the desk. It is not asked
    again whether that somebody still belongs to the desk."""
    if enrolment.by == enrolment.person:
        return member(enrolment.person, enrolment.community)
    return member(enrolment.by, enrolment.community, Role.GRID_WORKER)


def stay_away(activity: Activity, enrolment: Enrolment, now: datetime) -> Decision[Activity]:
    """The party gives its seats in one date up again, where it has not begun and they are not there."""
    if not activity.is_before_start(now) or activity.is_there(enrolment.person):
        return decided(activity)
    return release(activity, enrolment.person, now, Leaving.SERIES_LEFT)


def _require_date(series: Series, on: date, now: datetime) -> None:
    """Raises NoSuchDate unless a date of `series`, which may have ended since, lies ahead on that day."""
    series.require_date(on, now)
    if on >= series.ends_before:
        raise NoSuchDate(on=on.isoformat())


def _with(enrolment: Enrolment, on: date) -> Decision[Enrolment]:
    with_it = enrolment.model_copy(update={"left_out": tuple(day for day in enrolment.left_out if day != on)})
    return decided(with_it, event_from(EnrolmentDateTaken, with_it, on=on))


def _without(enrolment: Enrolment, on: date, now: datetime) -> Decision[Enrolment]:
    left_out = tuple(sorted((*enrolment.left_out, on)))
    without = enrolment.model_copy(update={"left_out": left_out, "left_out_at": now})
    return decided(without, event_from(EnrolmentDateLeftOut, without, on=on))


def require_standing(enrolment: Enrolment, by: Principal) -> None:
    """Raises NotYours or EnrolmentOver unless the enrolment stands and `by` may speak for it."""
    enrolment.require_own(by)
    if not enrolment.stands:
        raise EnrolmentOver()
