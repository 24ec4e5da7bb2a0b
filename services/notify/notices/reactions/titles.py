"""The title of a wish that is erased, put right or hidden goes out of the notices that mention it."""

from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.issues import WishAnonymised, WishRetitled
from services.notify.notices.domain.notice import Notice, retitle
from services.notify.notices.store import Notices


def reactions(table: Handlers, notices: Aggregates[Notice]) -> None:
    """Put the handler that puts titles right into the table."""

    async def take_the_title(received: Received[WishRetitled | WishAnonymised]) -> None:
        """The words of who was erased, or was put right by the staff, stand in no notice, whoever got it."""
        title, version = received.event.title, received.envelope.sequence
        if title is None:
            return
        async for id in Notices(notices).about(received.envelope.aggregate_id):
            await notices.change(id, lambda notice, _: retitle(notice, title, version), received.cause)

    for other_title in (WishRetitled, WishAnonymised):
        table.on(other_title)(take_the_title)
