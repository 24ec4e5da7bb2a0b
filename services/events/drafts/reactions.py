"""The reaction of drafts to their own events: an approved draft becomes an activity."""

from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.activities import DraftApproved
from services.events.activities.check_in_code import fresh_seed
from services.events.activities.domain import scheduling
from services.events.activities.domain.activity import Activity
from services.events.drafts.domain import Draft


def reactions(handlers: Handlers, drafts: Aggregates[Draft], activities: Aggregates[Activity]) -> None:
    """Put the handler of this room into the table."""

    @handlers.on(DraftApproved)
    async def schedule_approved(received: Received[DraftApproved]) -> None:
        draft = (await drafts.get(received.envelope.aggregate_id)).aggregate
        if received.event.activity is not None:
            id, plan = received.event.activity, draft.plan()
            await activities.create(
                id,
                lambda now: scheduling.announce(id, draft.community, plan, fresh_seed(), now),
                received.cause,
                taken=received.taken,
            )
