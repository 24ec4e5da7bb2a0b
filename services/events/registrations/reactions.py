"""The reactions of registrations to events: when a guardian withdraws a consent, the child's coming seats are given up;
what somebody answers by the link of a message is the answer of the party that was asked."""

from services.chassis.aggregate import of_command
from services.chassis.clock import Clock
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.activities import ActivityStatus, ChildConsentWithdrawn, ChildErased
from services.contracts.notices import NoticeAnswered
from services.events.activities.domain.activity import Activity
from services.events.activities.store import BY_START, with_person
from services.events.registrations import domain as rules

_PAGE = 100


def reactions(handlers: Handlers, activities: Aggregates[Activity], clock: Clock) -> None:
    """Put the handlers of this room into the table."""

    @handlers.on(NoticeAnswered)
    async def take_answer(received: Received[NoticeAnswered]) -> None:
        """Who holds the link of a message answers for the person whom it asked. Only notify publishes that, which made
        the link and sent it to nobody else. The rule takes an answer once, so no mark of it stays on the activity: it
        would lead to who was asked, and there would be one for each."""
        said = received.event
        asked = rules.Question(starts_at=said.starts_at, answer_by=said.answer_by, registered_at=said.registered_at)
        await activities.change(
            said.activity,
            lambda activity, now: rules.answer_to(
                activity, said.person, asked, now, comes=said.comes, said_at=said.answered_at
            ),
            received.cause,
        )

    @handlers.on(ChildConsentWithdrawn)
    async def drop_child_without_consent(received: Received[ChildConsentWithdrawn]) -> None:
        await _drop(received)

    @handlers.on(ChildErased)
    async def drop_erased_child(received: Received[ChildErased]) -> None:
        await _drop(received)

    async def _drop(received: Received[ChildConsentWithdrawn] | Received[ChildErased]) -> None:
        child = received.envelope.aggregate_id
        standing = {"state.status": ActivityStatus.SCHEDULED.value, BY_START: {"$gt": clock()}}
        query, cursor = {**with_person(child), **standing}, None
        while True:
            page = await activities.select(query, sort=BY_START, limit=_PAGE, cursor=cursor)
            for stored in page.items:
                await activities.change(
                    stored.aggregate.id,
                    lambda activity, now: of_command(rules.drop_child(activity, child, now), received.envelope.id),
                    received.cause,
                    taken=received.taken,
                )
            if (cursor := page.next) is None:
                return
