"""To which communities facts have shown that somebody belongs: what staff may decide about a person rests on it.

Only what a person has done under their own token shows that they belong: a token of the community let them. What its
staff have entered about somebody (a registration at the desk, a report for another) shows nothing, or staff of anywhere
could make anybody one of theirs.
"""

from collections.abc import Iterable, Sequence

from services.chassis.aggregate import derived_id
from services.chassis.store.mongo import ASCENDING, Database, IndexModel, UpdateOne, WriteOp
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.activities import ActivityRegistered, ActivityWaitlisted
from services.contracts.issues import CaseReported, Channel, SupportGiven, WishProposed
from services.contracts.volunteers import NeedAccepted, VolunteerRegistered

MEMBERSHIPS = "memberships"
"""One document for each person and community: `person`, `community`."""

INDEXES = [IndexModel([("person", ASCENDING), ("community", ASCENDING)], name="person")]


class Memberships:
    """What facts have shown."""

    def __init__(self, database: Database) -> None:
        self._collection = database[MEMBERSHIPS]

    async def of(self, person: str) -> frozenset[str]:
        """The communities that `person` was seen to belong to."""
        found = self._collection.find({"person": person}, {"community": 1})
        return frozenset([document["community"] async for document in found])

    async def forget(self, person: str, community: str | None = None) -> None:
        """Nothing here leads to `person` afterwards, in `community` or (None) at all."""
        where = {} if community is None else {"community": community}
        await self._collection.delete_many({"person": person, **where})


def remember(table: Handlers) -> None:
    """Add to `table` what shows that somebody belongs."""
    table.write(CaseReported, collection=MEMBERSHIPS)(reporter)
    table.write(WishProposed, collection=MEMBERSHIPS)(proposer)
    table.write(NeedAccepted, collection=MEMBERSHIPS)(helper)
    table.write(SupportGiven, ActivityRegistered, ActivityWaitlisted, VolunteerRegistered, collection=MEMBERSHIPS)(
        whoever_came
    )


def reporter(received: Received[CaseReported]) -> Sequence[WriteOp]:
    """A resident reports for themselves through the residents' channel, and nobody else does there."""
    event = received.event
    return _member(received, [event.reporter] if event.channel is Channel.RESIDENT else [])


def proposer(received: Received[WishProposed]) -> Sequence[WriteOp]:
    """A wish is its proposer's own."""
    return _member(received, [received.event.proposer])


def helper(received: Received[NeedAccepted]) -> Sequence[WriteOp]:
    """Only who was asked says yes."""
    return _member(received, [received.event.person])


def whoever_came(
    received: Received[SupportGiven | ActivityRegistered | ActivityWaitlisted | VolunteerRegistered],
) -> Sequence[WriteOp]:
    """They came themselves. Facts from before `own` was told say nothing of it, and count."""
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
