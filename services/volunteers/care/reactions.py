"""The reaction of care to events: if two records of one person were merged, the plans name the record that goes on."""

from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.volunteers import VolunteerMerged
from services.volunteers.care.domain import plans
from services.volunteers.care.domain.plans import CarePlan
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.people.mergers import follow_merger

_MOST = 200


def reactions(handlers: Handlers, care_plans: Aggregates[CarePlan], volunteers: Aggregates[Volunteer]) -> None:
    """Put the handlers of care into the table."""

    @handlers.on(VolunteerMerged)
    async def follow_merged_record(received: Received[VolunteerMerged]) -> None:
        """Name the record that goes on in all plans whose elder refused the person, or for whose elder
        the person acts.
        """
        of = {"state.community": received.envelope.community}

        async def move(ended: str, into: str) -> None:
            theirs = {"$or": [{name: ended, **of} for name in ("state.refused", "state.family")]}
            page, cursor = None, None
            while page is None or cursor is not None:
                page = await care_plans.select(theirs, limit=_MOST, cursor=cursor)
                cursor = page.next
                for stored in page.items:
                    await care_plans.change(
                        stored.aggregate.id, lambda plan, now: plans.replace_other(plan, ended, into), received.cause
                    )

        merged = received.event
        await follow_merger(volunteers, received.envelope.community, merged.person, merged.into, move)
