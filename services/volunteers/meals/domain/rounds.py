"""The rules of meal rounds: a carrier brings meals to the stops of a round, each of which is one person.

Each stop has meals of its own, and nothing that happens at one stop takes meals from another. The number of loaded
meals is fixed when the round leaves. The meals of a stop that is cancelled on the way, or where nobody is at home, are
spare: they come back, or are given to another stop by name. So the delivered and the returned meals always add up to
the loaded ones.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum

from pydantic import ConfigDict, Field

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.chassis.errors import Conflict, Invalid, NotYours
from services.chassis.principal import Principal, Role
from services.chassis.values import Line, Request, Text, local_date
from services.contracts.marks import Id, Personal, Someone, Thing, Words
from services.contracts.value import Value
from services.contracts.volunteers import (
    MealDelivered,
    MealMissed,
    MealOrdered,
    MealRoundClosed,
    MealRoundLeft,
    MealRoundOpened,
    MealRoundState,
    MealRoundStatus,
    MealsReassigned,
    MealStopCancelled,
)
from services.volunteers.shared.values import Day, Moment


class StopStatus(StrEnum):
    """The status of a stop. `ordered`: its meals are still to be delivered."""

    ORDERED = "ordered"
    DELIVERED = "delivered"
    NOT_AT_HOME = "not-at-home"
    CANCELLED = "cancelled"


class TooLateToOrder(Conflict, code="meal.too-late", zh="已过订餐截止时间。", en="It is too late to order."):
    """The cut-off is past, by which the kitchen must know the number of meals."""


class OrderedAlready(Conflict, code="meal.ordered-already", zh="已经订过餐。", en="Meals were ordered already."):
    """The person has a stop in the round already, and has at most one."""


class NoSuchStop(Invalid, code="meal.no-such-stop", zh="没有这一站。", en="There is no such stop."):
    """The round has no stop with the id that the command names."""


class StopNotNow(Conflict, code="meal.stop-not-now", zh="这一站目前为“{status}”。", en="The stop is {status}."):
    """The stop has the status `status`, from which the command does not lead on."""


class RoundNotNow(Conflict, code="meal.round-not-now", zh="送餐目前为“{status}”。", en="The round is {status}."):
    """The round has the status `status`, in which the command can't be given."""


class NotSpare(Conflict, code="meal.not-spare", zh="没有这么多余餐。", en="There are not so many meals to spare."):
    """Fewer meals are spare than the command asks for."""


class StopsAreOpen(Conflict, code="meal.stops-open", zh="还有未完成的站点。", en="There are stops without an outcome."):
    """A stop is still to be delivered, so the round can't be closed."""


class CutOffNotThen(
    Invalid,
    code="meal.cut-off-not-then",
    zh="订餐截止时间须晚于现在，且不晚于送餐当日。",
    en="The cut-off lies ahead, and no later than the day of the meals.",
):
    """The cut-off is past, or lies after the day of the meals."""


class NotTheirDay(
    Conflict,
    code="meal.not-their-day",
    zh="送餐须在送餐当日、订餐截止之后出发。",
    en="A round leaves on its day, after the cut-off.",
):
    """The round can't leave before its day, nor before the cut-off, since meals may be ordered until then."""


class CarrierNotApproved(
    Conflict,
    code="meal.carrier-not-approved",
    zh="送餐人须为已批准的志愿者。",
    en="Meals are carried by a volunteer whom staff have approved.",
):
    """The carrier, who is told homes and diets, is no volunteer whom staff have approved."""


class OpenRound(Request):
    """Open a meal round for a day. Meals may be ordered before `cutoff`. `carrier`: the volunteer who carries it."""

    community: Id
    on: Day
    cutoff: Moment
    carrier: Id | None = None


class Order(Request):
    """Order meals for the caller, or, as staff, for `person`. `diet`: what the person may not eat."""

    person: Id | None = None
    meals: int = Field(default=1, ge=1, le=10)
    building: Id | None = None
    home: Line | None = None
    diet: Text | None = None


class OfStop(Request):
    """Name the stop of the round that the command is about, by its id."""

    stop: Id


class Reassign(OfStop):
    """Give so many spare meals to a stop, in addition to its own."""

    meals: int = Field(ge=1, le=100)


class Stop(Value):
    """A stop of a round: the meals of one person. `diet`: what the person may not eat."""

    model_config = ConfigDict(frozen=True)

    id: Thing[str]
    person: Someone[str]
    building: Personal[str | None] = None
    home: Personal[str | None] = Field(default=None, repr=False)
    diet: Words[str | None] = Field(default=None, repr=False)
    meals: int
    status: StopStatus = StopStatus.ORDERED


class MealRound(Aggregate):
    """A round that brings the meals of one day. `left_with`: the number of meals that it left with."""

    on: date
    cutoff: datetime
    carrier: Someone[str | None] = None
    status: MealRoundStatus = MealRoundStatus.PLANNED
    stops: tuple[Stop, ...] = ()
    left_with: int | None = None

    @property
    def loaded(self) -> int:
        """The number of meals with which the round left; before that, the number of meals that are ordered."""
        return self.meals(StopStatus.ORDERED) if self.left_with is None else self.left_with

    @property
    def spare(self) -> int:
        """The number of loaded meals that were neither delivered nor are still to be delivered."""
        return self.loaded - self.meals(StopStatus.ORDERED, StopStatus.DELIVERED)

    def meals(self, *statuses: StopStatus) -> int:
        """The number of meals of all stops with one of `statuses`."""
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

    def shows_stops_to(self, by: Principal, now: datetime) -> bool:
        """Whether `by` may see all stops: staff always, the carrier from the cut-off to the end of the day after the
        round, unless the round is closed before."""
        if by.has(self.community, Role.STAFF):
            return True
        ended = self.status is MealRoundStatus.CLOSED or local_date(now) > self.on + timedelta(days=1)
        return by.sub == self.carrier and now >= self.cutoff and not ended

    def is_carried_by(self, by: Principal) -> bool:
        """Whether `by` is the carrier or staff."""
        return by.sub == self.carrier or by.has(self.community, Role.STAFF)


def open_round(
    id: str, command: OpenRound, by: Principal, now: datetime, *, approved: bool = True
) -> Decision[MealRound]:
    """Open a round. `approved`: whether the carrier, where one is named, is a volunteer whom staff have approved.

    Raises:
        NotYours: the caller is not staff.
        CutOffNotThen: the cut-off is past, or lies after the day.
        CarrierNotApproved: a carrier is named, and staff have not approved them as a volunteer.
    """
    by.require(command.community, Role.STAFF)
    if command.cutoff <= now or local_date(command.cutoff) > command.on:
        raise CutOffNotThen()
    if command.carrier is not None and not approved:
        raise CarrierNotApproved()
    made = MealRound(id=id, community=command.community, on=command.on, cutoff=command.cutoff, carrier=command.carrier)
    return decided(made, event_from(MealRoundOpened, made))


def order(meals: MealRound, command: Order, by: Principal, now: datetime) -> Decision[MealRound]:
    """Order meals before the cut-off. A person whose stop was cancelled may order again.

    Raises:
        NotYours: the order is for another person, and the caller is not staff.
        TooLateToOrder: the cut-off is past.
        RoundNotNow: the round has left.
        OrderedAlready: the person has a stop.
    """
    person = command.person or by.sub
    _require_self_or_staff(meals, person, by)
    require_status(meals, MealRoundStatus.PLANNED)
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
    """Cancel a stop. If the round has left, the meals of the stop are spare. A second time changes nothing.

    Raises:
        NotYours: the stop is another person's, and the caller is not staff.
        NoSuchStop: the round has no such stop.
        StopNotNow: the meals were delivered, or nobody was at home.
        RoundNotNow: the round is closed.
    """
    by.require(meals.community)
    stop = _stop(meals, command.stop)
    _require_self_or_staff(meals, stop.person, by)
    if stop.status is StopStatus.CANCELLED:
        return decided(meals)
    require_status(meals, MealRoundStatus.PLANNED, MealRoundStatus.UNDER_WAY)
    changed = _become(meals, stop, StopStatus.CANCELLED)
    return decided(changed, event_from(MealStopCancelled, changed, person=stop.person))


def leave(meals: MealRound, by: Principal, now: datetime) -> Decision[MealRound]:
    """Record that the round has left with the ordered meals. A second time changes nothing.

    Raises:
        NotYours: the caller is neither the carrier nor staff.
        RoundNotNow: the round is closed.
        NotTheirDay: meals may still be ordered, or the day of the round has not begun.
    """
    _require_carrier(meals, by)
    if meals.status is MealRoundStatus.UNDER_WAY:
        return decided(meals)
    require_status(meals, MealRoundStatus.PLANNED)
    if now < meals.cutoff or local_date(now) < meals.on:
        raise NotTheirDay()
    changed = meals.model_copy(update={"status": MealRoundStatus.UNDER_WAY, "left_with": meals.loaded})
    return decided(changed, event_from(MealRoundLeft, changed))


def deliver(meals: MealRound, command: OfStop, by: Principal, now: datetime) -> Decision[MealRound]:
    """Record that the meals of a stop were delivered, also at a second try. A second record changes nothing.

    Raises:
        NotYours: the caller is neither the carrier nor staff.
        RoundNotNow: the round is not under way.
        NoSuchStop: the round has no such stop.
        StopNotNow: the stop is cancelled.
        NotSpare: nobody was at home before, and the meals were given to another stop since.
    """
    stop = _at(meals, command.stop, by)
    if stop.status is StopStatus.DELIVERED:
        return decided(meals)
    if stop.status is StopStatus.NOT_AT_HOME:
        if stop.meals > meals.spare:
            raise NotSpare()
        stop = stop.model_copy(update={"status": StopStatus.ORDERED})
    changed = _become(meals, stop, StopStatus.DELIVERED)
    return decided(changed, event_from(MealDelivered, changed, person=stop.person, meals=stop.meals))


def miss(meals: MealRound, command: OfStop, by: Principal, now: datetime) -> Decision[MealRound]:
    """Record that nobody was at home, which raises an alert. `deliver` may follow while enough meals are spare.

    Raises:
        NotYours, RoundNotNow, NoSuchStop: as for `deliver`.
        StopNotNow: the meals were delivered, or the stop is cancelled.
    """
    stop = _at(meals, command.stop, by)
    if stop.status is StopStatus.NOT_AT_HOME:
        return decided(meals)
    changed = _become(meals, stop, StopStatus.NOT_AT_HOME)
    return decided(changed, event_from(MealMissed, changed, person=stop.person, building=stop.building))


def reassign(meals: MealRound, command: Reassign, by: Principal, now: datetime) -> Decision[MealRound]:
    """Give spare meals to a stop whose own meals are still to be delivered.

    Raises:
        NotYours, RoundNotNow, NoSuchStop: as for `deliver`.
        StopNotNow: the stop is no longer to be delivered.
        NotSpare: fewer meals are spare.
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
    """Close a round: it is back, with the spare meals. A second time changes nothing.

    Raises:
        NotYours, RoundNotNow: as for `deliver`.
        StopsAreOpen: a stop is still to be delivered.
    """
    _require_carrier(meals, by)
    if meals.status is MealRoundStatus.CLOSED:
        return decided(meals)
    require_status(meals, MealRoundStatus.UNDER_WAY)
    if any(stop.status is StopStatus.ORDERED for stop in meals.stops):
        raise StopsAreOpen()
    changed = meals.model_copy(update={"status": MealRoundStatus.CLOSED})
    return decided(changed, event_from(MealRoundClosed, changed))


def require_status(meals: MealRound, *statuses: MealRoundStatus) -> None:
    """Refuse a round that has none of `statuses`.

    Raises:
        RoundNotNow: the round has another status.
    """
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
    """The stop with the id `id`, of a round that is under way and that `by` may carry.

    Raises:
        NotYours, RoundNotNow, NoSuchStop: as for `deliver`.
    """
    _require_carrier(meals, by)
    require_status(meals, MealRoundStatus.UNDER_WAY)
    return _stop(meals, id)


def _become(meals: MealRound, stop: Stop, status: StopStatus) -> MealRound:
    if stop.status is not StopStatus.ORDERED:
        raise StopNotNow(status=stop.status.value)
    return _with(meals, stop.model_copy(update={"status": status}))


def _with(meals: MealRound, stop: Stop) -> MealRound:
    return meals.model_copy(update={"stops": tuple(stop if s.id == stop.id else s for s in meals.stops)})
