"""What records do on events: of two records of one person, what is on file goes on under the one that goes on."""

from contextlib import suppress

from services.chassis.errors import AlreadyExists
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.volunteers import VolunteerMerged
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.people.mergers import follow_merger
from services.volunteers.records.domain import record as domain
from services.volunteers.records.domain.record import Record, new_record, record_id


def reactions(handlers: Handlers, records: Aggregates[Record], volunteers: Aggregates[Volunteer]) -> None:
    """Put the handlers of records into the table."""

    @handlers.on(VolunteerMerged)
    async def merge_records(received: Received[VolunteerMerged]) -> None:
        """Trainings, commendations, evaluations and the identity follow. Certificates that were issued stay."""
        community, merged = received.envelope.community, received.event

        async def move(ended: str, into: str) -> None:
            found = await records.find(record_id(community, ended))
            if found is None or not (found.aggregate.entries or found.aggregate.identity):
                return
            other, id = found.aggregate, record_id(community, into)
            if await records.find(id) is None:
                with suppress(AlreadyExists):  # an entry came first
                    await records.create(
                        id, lambda now: domain.take_over(new_record(community, into), other), received.cause
                    )
            await records.change(id, lambda r, now: domain.take_over(r, other), received.cause)
            await records.change(other.id, lambda r, now: domain.give_up(r, other), received.cause)

        await follow_merger(volunteers, community, merged.person, merged.into, move)
