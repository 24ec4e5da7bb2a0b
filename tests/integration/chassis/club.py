"""A made-up aggregate that names people and keeps the words of its founder: what erasing is tried on."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from services.chassis.aggregate import Aggregate, Decision, decided
from services.chassis.store.aggregates import Aggregates, Kind
from services.chassis.subscriber.erasure import Leaver, erase_each
from services.contracts.event import Event
from services.contracts.marks import Internal, PersonId, Public, Someone, Words
from tests.integration.chassis.workshop import COMMUNITY, WORKSHOP


class ClubFounded(Event, type="cn.community.workshop.club.founded.v1", topic=WORKSHOP):
    """Somebody founded a club, and said why."""

    founder: Public[PersonId | None]
    why: Internal[Words[str]]


class ClubJoined(Event, type="cn.community.workshop.club.joined.v1", topic=WORKSHOP):
    """Somebody joined a club."""

    person: Public[PersonId]


class ClubLeft(Event, type="cn.community.workshop.club.left.v1", topic=WORKSHOP):
    """Somebody left it."""

    person: Public[PersonId]


class ClubListed(Event, type="cn.community.workshop.club.listed.v1", topic=WORKSHOP):
    """Who is in it."""

    members: Public[list[PersonId]]


class ClubForgot(Event, type="cn.community.workshop.club.forgot.v1", topic=WORKSHOP):
    """Somebody was erased from it."""


class Club(Aggregate):
    """A few people and the words of one of them."""

    founder: Someone[str | None] = None
    members: Someone[frozenset[str]] = frozenset()
    why: Words[str | None] = None


CLUBS: Kind[Club] = Kind("club", "clubs", Club, WORKSHOP, None)


def found(id: str, founder: str, why: str = "") -> Callable[[datetime], Decision[Club]]:
    """The decision that founds a club."""
    club = Club(id=id, community=COMMUNITY, founder=founder, members=frozenset({founder}), why=why)
    return lambda _now: decided(club, ClubFounded(founder=founder, why=why))


def join(person: str) -> Callable[[Club, datetime], Decision[Club]]:
    """The decision by which somebody joins."""

    def decide(club: Club, _now: datetime) -> Decision[Club]:
        return decided(club.model_copy(update={"members": club.members | {person}}), ClubJoined(person=person))

    return decide


def leave(person: str) -> Callable[[Club, datetime], Decision[Club]]:
    """The decision by which somebody leaves."""

    def decide(club: Club, _now: datetime) -> Decision[Club]:
        return decided(club.model_copy(update={"members": club.members - {person}}), ClubLeft(person=person))

    return decide


def _forget(club: Club, person: str) -> Decision[Club]:
    left: dict[str, Any] = {"members": club.members - {person}}
    if club.founder == person:
        left |= {"founder": None, "why": None}
    return decided(club.model_copy(update=left), ClubForgot())


async def erase(clubs: Aggregates[Club], leaver: Leaver) -> None:
    """What the club's service keeps of somebody."""
    theirs = {"$or": [{"state.members": leaver.person}, {"state.founder": leaver.person}]}
    await erase_each(clubs, theirs, lambda club, _now: _forget(club, leaver.person), leaver)
