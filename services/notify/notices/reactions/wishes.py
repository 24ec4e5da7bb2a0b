"""People who proposed a wish or support it hear the answer, and read the title that it has now."""

from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.issues import WishAnonymised, WishAnswered, WishRetitled, WishStatus
from services.contracts.notices import NoticeKind
from services.notify.knowledge.store import Knowledge
from services.notify.notices.domain.notice import Notice, retitle
from services.notify.notices.domain.particulars import of_wish
from services.notify.notices.reactions.concerned import tell_all
from services.notify.notices.store import Notices
from services.notify.notices.telling import Telling


def reactions(table: Handlers, telling: Telling, knowledge: Knowledge, notices: Aggregates[Notice]) -> None:
    """Put the handlers that tell of answers to wishes, and put titles right, into the table."""

    @table.on(WishAnswered)
    async def tell_of_answer(received: Received[WishAnswered]) -> None:
        known = await knowledge.wish(received.envelope.aggregate_id)
        accepted = received.event.status is WishStatus.ACCEPTED
        about = of_wish(known).model_copy(update={"text": received.event.answer, "accepted": accepted})
        await tell_all(telling, knowledge, received, received.event.proposer, NoticeKind.WISH_ANSWERED, about)

    async def take_the_title(received: Received[WishRetitled | WishAnonymised]) -> None:
        """The words of who was erased, or was put right by the staff, stand in no notice, whoever got it."""
        title, version = received.event.title, received.envelope.sequence
        if title is None:
            return
        async for id in Notices(notices).about(received.envelope.aggregate_id):
            await notices.change(id, lambda notice, _: retitle(notice, title, version), received.cause)

    for other_title in (WishRetitled, WishAnonymised):
        table.on(other_title)(take_the_title)
