"""A made-up service whose only aggregate is a thing: what the chassis is tried on.

Its language is complete: public and internal fields, an event that stays in the journal, a state, an erasure.
"""

from collections.abc import Callable
from datetime import datetime

from services.chassis.aggregate import Aggregate, Decision, decided
from services.chassis.store.aggregates import Cause, Kind
from services.contracts.event import Event, State
from services.contracts.marks import Code, Internal, Public
from services.contracts.topics import Topic

WORKSHOP = Topic("workshop.v1", "workshop", "Things.")
COMMUNITY = "sunshine"
ME = Cause("person-1")


class ThingState(State, type="cn.community.workshop.thing.state.v1", topic=WORKSHOP):
    """A thing as everybody may see it."""

    n: Public[int]


class ThingMade(Event, type="cn.community.workshop.thing.made.v1", topic=WORKSHOP, state=ThingState):
    """A thing was made; `secret` stays in the workshop."""

    n: Public[int]
    secret: Internal[str] = ""


class ThingBumped(Event, type="cn.community.workshop.thing.bumped.v1", topic=WORKSHOP, state=ThingState):
    """A thing counts one more."""

    n: Public[int]
    blob: Public[list[Code] | None] = None


class ThingWhispered(
    Event, type="cn.community.workshop.thing.whispered.v1", topic=WORKSHOP, state=ThingState, internal=True
):
    """Something that only the journal hears."""

    word: Internal[str]


class ThingErased(Event, type="cn.community.workshop.thing.erased.v1", topic=WORKSHOP, state=ThingState):
    """A thing is gone."""


class Thing(Aggregate):
    """Something with a number."""

    n: int = 0
    due: datetime | None = None
    swept: int = 0
    erased: bool = False
    name: str | None = None

    def public(self) -> ThingState | None:
        return None if self.erased else ThingState(n=self.n)


THINGS = Kind("thing", "things", Thing, WORKSHOP, ThingState)
Change = Callable[[Thing, datetime], Decision[Thing]]


def make(id: str, n: int = 0, *, secret: str = "", **fields: object) -> Callable[[datetime], Decision[Thing]]:
    """The decision that makes a thing."""
    thing = Thing.model_validate({"id": id, "community": COMMUNITY, "n": n, **fields})
    made = ThingMade(n=n, secret=secret) if secret else ThingMade(n=n)
    return lambda _now: decided(thing, made)


def bump(thing: Thing, _now: datetime) -> Decision[Thing]:
    """One more."""
    return decided(thing.model_copy(update={"n": thing.n + 1}), ThingBumped(n=thing.n + 1))


def bump_times(count: int, blob: int = 0) -> Change:
    """`count` events by one command, each with about `blob` bytes of ballast."""
    ballast = ["x" * 60] * (blob // 63)

    def decide(thing: Thing, _now: datetime) -> Decision[Thing]:
        events = [_bumped(thing.n + i, ballast) for i in range(1, count + 1)]
        return decided(thing.model_copy(update={"n": thing.n + count}), *events)

    return decide


def whisper(thing: Thing, _now: datetime) -> Decision[Thing]:
    """Something only for the journal."""
    return decided(thing, ThingWhispered(word="psst"))


def erase(thing: Thing, _now: datetime) -> Decision[Thing]:
    """Gone."""
    return decided(thing.model_copy(update={"erased": True}), ThingErased())


def nothing(thing: Thing, _now: datetime) -> Decision[Thing]:
    """A command that finds nothing to do."""
    return decided(thing)


def _bumped(n: int, ballast: list[str]) -> ThingBumped:
    return ThingBumped(n=n, blob=ballast) if ballast else ThingBumped(n=n)
