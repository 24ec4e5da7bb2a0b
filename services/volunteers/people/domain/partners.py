"""Partners: the people whom a volunteer avoids, and the people with whom a volunteer prefers to serve.

Only the volunteer and staff see whom the volunteer avoids, and only they can end it, since it may keep the volunteer
safe. The record of the avoided person names the volunteer too (`avoided_by`), so that either of the two records refuses
to put them together. A preference is a wish and binds nobody.
"""

from pydantic import Field

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Conflict
from services.chassis.values import Request
from services.contracts.marks import Id
from services.contracts.volunteers import VolunteerChanged
from services.volunteers.people.domain.volunteer import HasLeft, Volunteer, WasMerged

MOST = 100
"""A volunteer may avoid at most so many people, and prefer at most so many."""


class Partner(Request):
    """Name the other volunteer of a wish."""

    person: Id = Field(description="The id of the other volunteer, as a person.")


class TooManyAvoided(
    Conflict, code="volunteer.too-many-avoided", zh="名单已满。", en="No more people can be put on the list."
):
    """The list of the people whom the volunteer avoids or prefers is full."""


class AvoidedAndPreferred(
    Conflict,
    code="volunteer.avoided-and-preferred",
    zh="对方在您的回避名单中。",
    en="They stand among those whom you avoid.",
):
    """The volunteer avoids the person whom they want to prefer."""


def avoid(volunteer: Volunteer, person: str) -> Decision[Volunteer]:
    """The volunteer avoids `person`, with whom they are never put together from now on. A second time changes nothing.

    Raises:
        HasLeft, WasMerged: the volunteer's record has ended.
        TooManyAvoided: the list is full.
    """
    require_going_on(volunteer)
    if volunteer.erased or person == volunteer.person or person in volunteer.avoids:
        return decided(volunteer)
    if len(volunteer.avoids) >= MOST:
        raise TooManyAvoided()
    return _with(volunteer, volunteer.avoids | {person})


def meet_again(volunteer: Volunteer, person: str) -> Decision[Volunteer]:
    """The volunteer no longer avoids `person`, or `person` was erased."""
    if person not in volunteer.avoids:
        return decided(volunteer)
    return _with(volunteer, volunteer.avoids - {person})


def avoided(volunteer: Volunteer, person: str) -> Decision[Volunteer]:
    """Note that `person` avoids the volunteer. The volunteer's own wishes stay as they are."""
    if volunteer.erased or person == volunteer.person or person in volunteer.avoided_by:
        return decided(volunteer)
    return _avoided_by(volunteer, volunteer.avoided_by | {person})


def avoided_no_more(volunteer: Volunteer, person: str) -> Decision[Volunteer]:
    """Note that `person` no longer avoids the volunteer, or was erased."""
    if person not in volunteer.avoided_by:
        return decided(volunteer)
    return _avoided_by(volunteer, volunteer.avoided_by - {person})


def prefer(volunteer: Volunteer, person: str) -> Decision[Volunteer]:
    """The volunteer prefers to serve with `person`. A second time changes nothing.

    Raises:
        HasLeft, WasMerged: the volunteer's record has ended.
        TooManyAvoided: the list is full.
        AvoidedAndPreferred: the volunteer avoids `person`.
    """
    require_going_on(volunteer)
    if volunteer.erased or person == volunteer.person or person in volunteer.prefers:
        return decided(volunteer)
    if person in volunteer.avoids:
        raise AvoidedAndPreferred()
    if len(volunteer.prefers) >= MOST:
        raise TooManyAvoided()
    changed = volunteer.model_copy(update={"prefers": volunteer.prefers | {person}})
    return decided(changed, event_from(VolunteerChanged, changed))


def prefer_no_more(volunteer: Volunteer, person: str) -> Decision[Volunteer]:
    """The volunteer no longer prefers to serve with `person`, or `person` was erased."""
    if person not in volunteer.prefers:
        return decided(volunteer)
    changed = volunteer.model_copy(update={"prefers": volunteer.prefers - {person}})
    return decided(changed, event_from(VolunteerChanged, changed))


def replace(volunteer: Volunteer, person: str, into: str) -> Decision[Volunteer]:
    """Replace `person` by `into` in the volunteer's wishes and among the people who avoid the volunteer: both are
    records of one person, and the record of `into` goes on.
    """
    if person not in volunteer.avoids | volunteer.avoided_by | volunteer.prefers:
        return decided(volunteer)
    others = frozenset({into} - {volunteer.person})
    avoids, avoided_by, prefers = (
        people - {person} | (others if person in people else frozenset())
        for people in (volunteer.avoids, volunteer.avoided_by, volunteer.prefers)
    )
    changed = volunteer.model_copy(update={"avoids": avoids, "avoided_by": avoided_by, "prefers": prefers - avoids})
    return decided(changed, event_from(VolunteerChanged, changed))


def require_going_on(volunteer: Volunteer) -> None:
    """Refuse a new wish on a record that has ended. An old wish on it can still be taken back.

    Raises:
        WasMerged: the person goes on under another record.
        HasLeft: the person has left.
    """
    if volunteer.merged_into is not None:
        raise WasMerged()
    if volunteer.left_at is not None:
        raise HasLeft()


def _with(volunteer: Volunteer, avoids: frozenset[str]) -> Decision[Volunteer]:
    changed = volunteer.model_copy(update={"avoids": avoids, "prefers": volunteer.prefers - avoids})
    return decided(changed, event_from(VolunteerChanged, changed))


def _avoided_by(volunteer: Volunteer, people: frozenset[str]) -> Decision[Volunteer]:
    changed = volunteer.model_copy(update={"avoided_by": people})
    return decided(changed, event_from(VolunteerChanged, changed))
