"""The rules of meal rounds. A stop has its own meals: what happens at one never takes them from another.

What is loaded is fixed as the round leaves. Meals of a stop that is cancelled on the way, or where nobody is at home,
are spare: they come back, or are given to another stop by name. So what was delivered and what came back always make up
what was loaded.
"""

from datetime import date, datetime
from enum import StrEnum

from pydantic import ConfigDict, Field

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.chassis.errors import Conflict, Invalid, NotYours
from services.chassis.principal import Principal, Role
from services.chassis.values import Line, Request, Text
from services.contracts.marks import Id, Personal, Someone, Thing, Words
from services.contracts.value import Value
from services.contracts.volunteers import (
    MealDelivered,
    MealMissed,
    MealOrdered,
    MealRoundClosed,
    MealRoundLeft,
    MealRoundOpened,
    MealRoundPersonErased,
    MealRoundState,
    MealRoundStatus,
    MealsReassigned,
    MealStopCancelled,
)
from services.volunteers.shared.values import Day, Moment


class StopStatus(StrEnum):
    """What became of a stop."""

    ORDERED = "ordered"
    DELIVERED = "delivered"
    NOT_AT_HOME = "not-at-home"
    CANCELLED = "cancelled"


class TooLateToOrder(Conflict, code="meal.too-late", zh="已过订餐截止时间。", en="It is too late to order."):
    """The kitchen knows the number by the cut-off."""


class OrderedAlready(Conflict, code="meal.ordered-already", zh="已经订过餐。", en="Meals were ordered already."):
    """A person has one stop in a round."""


class NoSuchStop(Invalid, code="meal.no-such-stop", zh="没有这一站。", en="There is no such stop."):
    """Commands name a stop of their round."""


class StopNotNow(Conflict, code="meal.stop-not-now", zh="这一站目前为“{status}”。", en="The stop is {status}."):
    """What became of a stop stands."""


class RoundNotNow(Conflict, code="meal.round-not-now", zh="送餐目前为“{status}”。", en="The round is {status}."):
    """A round is planned, then under way, then closed."""


class NotSpare(Conflict, code="meal.not-spare", zh="没有这么多余餐。", en="There are not so many meals to spare."):
    """Nobody's meals are given away."""


class StopsAreOpen(Conflict, code="meal.stops-open", zh="还有未完成的站点。", en="There are stops without an outcome."):
    """A round is closed once it is known what became of each stop."""


class OpenRound(Request):
    """Meals may be ordered for a day, until the cut-off. `carrier`: the volunteer who brings them."""

    community: Id
    on: Day
    cutoff: Moment
    carrier: Id | None = None


class Order(Request):
    """Meals for the caller or, by staff on record, for `person`. `diet`: what they may not have."""

    person: Id | None = None
    meals: int = Field(default=1, ge=1, le=10)
    building: Id | None = None
    home: Line | None = None
    diet: Text | None = None


class OfStop(Request):
    """The stop that it is about."""

    stop: Id


class Reassign(OfStop):
    """Meals to spare go to this stop."""

    meals: int = Field(ge=1, le=100)


class Stop(Value):
    """One person's meals."""

    model_config = ConfigDict(frozen=True)

    id: Thing[str]
    person: Someone[str]
    building: Personal[str | None] = None
    home: Personal[str | None] = Field(default=None, repr=False)
    diet: Words[str | None] = Field(default=None, repr=False)
    meals: int
    status: StopStatus = StopStatus.ORDERED


class MealRound(Aggregate):
    """Meals of one day, for a few buildings."""

    on: date
    cutoff: datetime
    carrier: Someone[str | None] = None
    status: MealRoundStatus = MealRoundStatus.PLANNED
    stops: tuple[Stop, ...] = ()
    left_with: int | None = None

    @property
    def loaded(self) -> int:
        """The meals with which it left; before that, those that are ordered."""
        return self.meals(StopStatus.ORDERED) if self.left_with is None else self.left_with

    @property
    def spare(self) -> int:
        """The meals that are loaded and nobody's."""
        return self.loaded - self.meals(StopStatus.ORDERED, StopStatus.DELIVERED)

    def meals(self, *statuses: StopStatus) -> int:
        """The meals of all stops with one of these statuses."""
        return sum(stop.meals for stop in self.stops if stop.status in statuses)

    def public(self) -> MealRoundState:
        return MealRoundState(
            on=self.on,
            status=self.status,
            stops=sum(stop.status is not StopStatus.CANCELLED for stop in self.stops),
            loaded=self.loaded,
            delivered=self.meals(StopStatus.DELIVERED),
            returned=self.spare if self.status is not MealRoundStatus.PLANNED else 0,
        )

    def is_carried_by(self, by: Principal) -> bool:
        """Whether `by` brings the meals, or is staff."""
        return by.sub == self.carrier or by.has(self.community, Role.STAFF)


def open_round(id: str, command: OpenRound, by: Principal, now: datetime) -> Decision[MealRound]:
    """Open a round.

    Raises:
        NotYours: the caller is not staff.
    """
    by.require(command.community, Role.STAFF)
    made = MealRound(id=id, community=command.community, on=command.on, cutoff=command.cutoff, carrier=command.carrier)
    return decided(made, event_from(MealRoundOpened, made))


def order(meals: MealRound, command: Order, by: Principal, now: datetime) -> Decision[MealRound]:
    """Order before the cut-off. Whoever cancelled may order again.

    Raises:
        NotYours: it is for somebody else, and the caller is not staff.
        TooLateToOrder, RoundNotNow: the cut-off is past, or the round has left.
        OrderedAlready: the person has a stop.
    """
    person = command.person or by.sub
    _require_self_or_staff(meals, person, by)
    _require(meals, MealRoundStatus.PLANNED)
    if now >= meals.cutoff:
        raise TooLateToOrder()
    theirs = [stop for stop in meals.stops if stop.person == person]
    if any(stop.status is StopStatus.ORDERED for stop in theirs):
        raise OrderedAlready()
    given = command.model_dump(exclude={"person"})
    stop = Stop(id=derived_id("stop", meals.id, person, str(len(theirs))), person=person, **given)
    changed = meals.model_copy(update={"stops": (*meals.stops, stop)})
    return decided(changed, event_from(MealOrdered, changed, person=person, meals=stop.meals))


def cancel_stop(meals: MealRound, command: OfStop, by: Principal, now: datetime) -> Decision[MealRound]:
    """No meal for this stop. Once the round has left, its meals come back or go to somebody by name.

    Raises:
        NotYours: it is somebody else's, and the caller is not staff.
        NoSuchStop, StopNotNow, RoundNotNow: there is nothing to cancel any more.
    """
    by.require(meals.community)
    stop = _stop(meals, command.stop)
    _require_self_or_staff(meals, stop.person, by)
    if stop.status is StopStatus.CANCELLED:
        return decided(meals)
    _require(meals, MealRoundStatus.PLANNED, MealRoundStatus.UNDER_WAY)
    changed = _become(meals, stop, StopStatus.CANCELLED)
    return decided(changed, event_from(MealStopCancelled, changed, person=stop.person))


def leave(meals: MealRound, by: Principal, now: datetime) -> Decision[MealRound]:
    """The carrier leaves with what is ordered.

    Raises:
        NotYours: the caller neither carries the meals nor is staff.
        RoundNotNow: the round is closed.
    """
    _require_carrier(meals, by)
    if meals.status is MealRoundStatus.UNDER_WAY:
        return decided(meals)
    _require(meals, MealRoundStatus.PLANNED)
    changed = meals.model_copy(update={"status": MealRoundStatus.UNDER_WAY, "left_with": meals.loaded})
    return decided(changed, event_from(MealRoundLeft, changed))


def deliver(meals: MealRound, command: OfStop, by: Principal, now: datetime) -> Decision[MealRound]:
    """The meals of this stop were handed over; a second time changes nothing.

    Raises:
        NotYours, RoundNotNow: as for `leave`; the round is not under way.
        NoSuchStop, StopNotNow: it is cancelled, or nobody was at home.
    """
    stop = _at(meals, command.stop, by)
    if stop.status is StopStatus.DELIVERED:
        return decided(meals)
    changed = _become(meals, stop, StopStatus.DELIVERED)
    return decided(changed, event_from(MealDelivered, changed, person=stop.person, meals=stop.meals))


def miss(meals: MealRound, command: OfStop, by: Principal, now: datetime) -> Decision[MealRound]:
    """Nobody was at home: an alert. Who is found later gets the meals by `reassign`.

    Raises:
        As `deliver`.
    """
    stop = _at(meals, command.stop, by)
    if stop.status is StopStatus.NOT_AT_HOME:
        return decided(meals)
    changed = _become(meals, stop, StopStatus.NOT_AT_HOME)
    return decided(changed, event_from(MealMissed, changed, person=stop.person, building=stop.building))


def reassign(meals: MealRound, command: Reassign, by: Principal, now: datetime) -> Decision[MealRound]:
    """Meals to spare go to a stop that is still to come.

    Raises:
        NotYours, RoundNotNow, NoSuchStop, StopNotNow: as for `deliver`.
        NotSpare: there are fewer.
    """
    stop = _at(meals, command.stop, by)
    if stop.status is not StopStatus.ORDERED:
        raise StopNotNow(status=stop.status.value)
    if command.meals > meals.spare:
        raise NotSpare()
    more = stop.model_copy(update={"meals": stop.meals + command.meals})
    changed = _with(meals, more)
    return decided(changed, event_from(MealsReassigned, changed, person=stop.person, meals=command.meals))


def close(meals: MealRound, by: Principal, now: datetime) -> Decision[MealRound]:
    """The round is over, and what is spare came back.

    Raises:
        NotYours, RoundNotNow: as for `deliver`.
        StopsAreOpen: a stop has no outcome yet.
    """
    _require_carrier(meals, by)
    if meals.status is MealRoundStatus.CLOSED:
        return decided(meals)
    _require(meals, MealRoundStatus.UNDER_WAY)
    if any(stop.status is StopStatus.ORDERED for stop in meals.stops):
        raise StopsAreOpen()
    changed = meals.model_copy(update={"status": MealRoundStatus.CLOSED})
    return decided(changed, event_from(MealRoundClosed, changed))


def forget(meals: MealRound, person: str, stand_in: str) -> Decision[MealRound]:
    """A person is erased, as carrier and with what their stops say of them. The figures stay."""
    if person != meals.carrier and all(stop.person != person for stop in meals.stops):
        return decided(meals)
    nothing = {"person": stand_in, "building": None, "home": None, "diet": None}
    stops = tuple(stop.model_copy(update=nothing) if stop.person == person else stop for stop in meals.stops)
    carrier = stand_in if person == meals.carrier else meals.carrier
    changed = meals.model_copy(update={"stops": stops, "carrier": carrier})
    return decided(changed, event_from(MealRoundPersonErased, changed))


def _require(meals: MealRound, *statuses: MealRoundStatus) -> None:
    if meals.status not in statuses:
        raise RoundNotNow(status=meals.status.value)


def _require_carrier(meals: MealRound, by: Principal) -> None:
    by.require(meals.community)
    if not meals.is_carried_by(by):
        raise NotYours()


def _require_self_or_staff(meals: MealRound, person: str, by: Principal) -> None:
    by.require(meals.community)
    if person != by.sub and not by.has(meals.community, Role.STAFF):
        raise NotYours()


def _stop(meals: MealRound, id: str) -> Stop:
    found = next((stop for stop in meals.stops if stop.id == id), None)
    if found is None:
        raise NoSuchStop()
    return found


def _at(meals: MealRound, id: str, by: Principal) -> Stop:
    """The stop at which the carrier stands."""
    _require_carrier(meals, by)
    _require(meals, MealRoundStatus.UNDER_WAY)
    return _stop(meals, id)


def _become(meals: MealRound, stop: Stop, status: StopStatus) -> MealRound:
    if stop.status is not StopStatus.ORDERED:
        raise StopNotNow(status=stop.status.value)
    return _with(meals, stop.model_copy(update={"status": status}))


def _with(meals: MealRound, stop: Stop) -> MealRound:
    return meals.model_copy(update={"stops": tuple(stop if s.id == stop.id else s for s in meals.stops)})
