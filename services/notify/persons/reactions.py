"""What persons do on events: belonging is learnt, and erasures are carried out and answered.

To which communities somebody belongs rests on what they have done under their own token, since a token of the community
let them. What its staff have entered about somebody (a registration at the desk, a report for another) shows nothing:
else staff of anywhere could make anybody one of theirs.
"""

from collections.abc import Iterable, Sequence

from services.chassis.aggregate import derived_id
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import UpdateOne, WriteOp
from services.chassis.subscriber.erasure import Erasing
from services.chassis.subscriber.handlers import E, Handlers, Received
from services.contracts import activities, issues, volunteers
from services.contracts.activities import ActivityRegistered, ActivityWaitlisted
from services.contracts.issues import CaseReported, Channel, SupportGiven, WishProposed
from services.contracts.notices import PersonErasureRequested
from services.contracts.volunteers import NeedAccepted, VolunteerRegistered
from services.notify.persons.domain.erasure import take_answer
from services.notify.persons.domain.person import Person
from services.notify.persons.store import MEMBERSHIPS


def reactions(table: Handlers, persons: Aggregates[Person], erasing: Erasing) -> None:
    """Put the handlers of this room into the table."""
    table.write(CaseReported, collection=MEMBERSHIPS)(reporter)
    table.write(WishProposed, collection=MEMBERSHIPS)(proposer)
    table.write(NeedAccepted, collection=MEMBERSHIPS)(helper)
    table.write(SupportGiven, ActivityRegistered, ActivityWaitlisted, VolunteerRegistered, collection=MEMBERSHIPS)(
        whoever_came
    )
    _erasing(table, persons, erasing)


def reporter(received: Received[CaseReported]) -> Sequence[WriteOp]:
    """A reporter belongs if they came through the residents' channel: there, residents report for themselves."""
    event = received.event
    return _member(received, [event.reporter] if event.channel is Channel.RESIDENT else [])


def proposer(received: Received[WishProposed]) -> Sequence[WriteOp]:
    """A wish is its proposer's own."""
    return _member(received, [received.event.proposer])


def helper(received: Received[NeedAccepted]) -> Sequence[WriteOp]:
    """Only the volunteer who was asked can say yes."""
    return _member(received, [received.event.person])


def whoever_came(
    received: Received[SupportGiven | ActivityRegistered | ActivityWaitlisted | VolunteerRegistered],
) -> Sequence[WriteOp]:
    """Somebody came themselves. Facts from before `own` was told don't say whether they did, and count."""
    event = received.event
    return _member(received, [] if event.own is False else [event.person])


def _member(
    received: Received[CaseReported]
    | Received[WishProposed]
    | Received[NeedAccepted]
    | Received[SupportGiven | ActivityRegistered | ActivityWaitlisted | VolunteerRegistered],
    people: Iterable[str | None],
) -> Sequence[WriteOp]:
    community = received.envelope.community
    return [
        UpdateOne(
            {"_id": derived_id("membership", person, community)},
            {"$setOnInsert": {"person": person, "community": community}},
            upsert=True,
        )
        for person in people
        if person is not None
    ]


def _erasing(table: Handlers, persons: Aggregates[Person], erasing: Erasing) -> None:
    @table.on(PersonErasureRequested)
    async def forget_person(received: Received[PersonErasureRequested]) -> None:
        person = received.event.person
        await erasing.carry_out(person, received.event.only)
        await _answered(persons, received, person, received.event.request, "notify")

    @table.on(issues.PersonDataErased)
    async def note_answer_of_issues(received: Received[issues.PersonDataErased]) -> None:
        await _answered(persons, received, received.event.person, received.event.request, "issues")

    @table.on(activities.PersonErasedFromActivities)
    async def note_answer_of_events(received: Received[activities.PersonErasedFromActivities]) -> None:
        await _answered(persons, received, received.event.person, received.event.request, "events")

    @table.on(volunteers.PersonDataErased)
    async def note_answer_of_volunteers(received: Received[volunteers.PersonDataErased]) -> None:
        await _answered(persons, received, received.event.person, received.event.request, "volunteers")


async def _answered(
    persons: Aggregates[Person], received: Received[E], person: str, request: str, service: str
) -> None:
    if await persons.find(person) is not None:
        await persons.change(
            person, lambda known, now: take_answer(known, service, request, now), received.cause, taken=received.taken
        )
