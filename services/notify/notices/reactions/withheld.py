"""Nobody is told of a case or a wish that is not for everybody.

No fact says who reported such a case; the reporter follows it in the API of issues.
"""

from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.issues import CaseWithheld, WishHidden
from services.notify.knowledge.store import Knowledge
from services.notify.notices.domain.notice import Notice, retitle, withhold
from services.notify.notices.store import Notices


def reactions(table: Handlers, knowledge: Knowledge, notices: Aggregates[Notice]) -> None:
    """Put the handler that falls silent into the table."""

    async def fall_silent(received: Received[CaseWithheld | WishHidden]) -> None:
        """Notices that wait are given up, no topic speaks of those that were sent, and supporters are forgotten.

        A hidden wish is not named in them either: should its proposer be erased, no fact would tell of it.
        """
        subject, version = received.envelope.aggregate_id, received.envelope.sequence
        async for id in Notices(notices).about(subject):
            if isinstance(received.event, WishHidden):
                await notices.change(id, lambda notice, _: retitle(notice, None, version), received.cause)
            await notices.change(id, lambda notice, _: withhold(notice, version), received.cause)
        if isinstance(received.event, CaseWithheld):
            await knowledge.forget_supporters(subject)

    for withheld in (CaseWithheld, WishHidden):
        table.on(withheld)(fall_silent)
