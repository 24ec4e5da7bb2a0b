"""Who serves with whom: two who don't, and those with whom somebody likes to.

Each of two who don't stands among those whom the other avoids, so that either record refuses. Whom somebody likes to
serve with is their own wish, and binds nobody.
"""

from pydantic import Field

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Conflict
from services.chassis.values import Request
from services.contracts.marks import Id
from services.contracts.volunteers import VolunteerChanged
from services.volunteers.people.domain.volunteer import Volunteer

MOST = 100
"""So many people may stand among those whom one volunteer avoids."""


class Partner(Request):
    """The other volunteer."""

    person: Id = Field(description="The other volunteer, as a person.")


class TooManyAvoided(
    Conflict, code="volunteer.too-many-avoided", zh="名单已满。", en="No more people can be put on the list."
):
    """A list without an end would keep somebody from everybody."""


class AvoidedAndPreferred(
    Conflict,
    code="volunteer.avoided-and-preferred",
    zh="对方在您的回避名单中。",
    en="They stand among those whom you avoid.",
):
    """Nobody is avoided and preferred at once."""


def avoid(volunteer: Volunteer, person: str) -> Decision[Volunteer]:
    """From now on the two are never put together; a second time changes nothing.

    Raises:
        TooManyAvoided: the list is full.
    """
    if volunteer.erased or person == volunteer.person or person in volunteer.avoids:
        return decided(volunteer)
    if len(volunteer.avoids) >= MOST:
        raise TooManyAvoided()
    return _with(volunteer, volunteer.avoids | {person})


def meet_again(volunteer: Volunteer, person: str) -> Decision[Volunteer]:
    """The two may serve together again, or the other was erased."""
    if person not in volunteer.avoids:
        return decided(volunteer)
    return _with(volunteer, volunteer.avoids - {person})


def prefer(volunteer: Volunteer, person: str) -> Decision[Volunteer]:
    """They like to serve with somebody; whom they avoid can't be among those.

    Raises:
        TooManyAvoided: the list is full.
        AvoidedAndPreferred: they avoid them.
    """
    if volunteer.erased or person == volunteer.person or person in volunteer.prefers:
        return decided(volunteer)
    if person in volunteer.avoids:
        raise AvoidedAndPreferred()
    if len(volunteer.prefers) >= MOST:
        raise TooManyAvoided()
    changed = volunteer.model_copy(update={"prefers": volunteer.prefers | {person}})
    return decided(changed, event_from(VolunteerChanged, changed))


def prefer_no_more(volunteer: Volunteer, person: str) -> Decision[Volunteer]:
    """It does not matter to them any more, or the other was erased."""
    if person not in volunteer.prefers:
        return decided(volunteer)
    changed = volunteer.model_copy(update={"prefers": volunteer.prefers - {person}})
    return decided(changed, event_from(VolunteerChanged, changed))


def _with(volunteer: Volunteer, avoids: frozenset[str]) -> Decision[Volunteer]:
    changed = volunteer.model_copy(update={"avoids": avoids, "prefers": volunteer.prefers - avoids})
    return decided(changed, event_from(VolunteerChanged, changed))
