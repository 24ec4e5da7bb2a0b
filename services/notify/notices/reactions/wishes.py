"""People who proposed a wish or support it hear the answer."""

from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.issues import WishAnswered, WishStatus
from services.contracts.notices import NoticeKind
from services.notify.knowledge.store import Knowledge
from services.notify.notices.domain.particulars import of_wish
from services.notify.notices.reactions.concerned import tell_all
from services.notify.notices.telling import Telling


def reactions(table: Handlers, telling: Telling, knowledge: Knowledge) -> None:
    """Put the handler that tells of answers to wishes into the table."""

    @table.on(WishAnswered)
    async def tell_of_answer(received: Received[WishAnswered]) -> None:
        known = await knowledge.wish(received.envelope.aggregate_id)
        accepted = received.event.status is WishStatus.ACCEPTED
        about = of_wish(known).model_copy(update={"text": received.event.answer, "accepted": accepted})
        await tell_all(telling, knowledge, received, received.event.proposer, NoticeKind.WISH_ANSWERED, about)
