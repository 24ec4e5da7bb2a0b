"""What wishes do on events: a wish that is in sight again is counted."""

from collections.abc import Sequence

from services.chassis.store.mongo import WriteOp
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.issues import WishShown
from services.issues.supports.counting import MARKS, to_count
from services.issues.supports.domain.supports import Subject


def reactions(handlers: Handlers) -> None:
    """Put the handlers of wishes into the table."""

    @handlers.write(WishShown, collection=MARKS)
    def in_sight(received: Received[WishShown]) -> Sequence[WriteOp]:
        """The supports of a wish were not counted while it was hidden."""
        return [to_count(received.envelope.aggregate_id, Subject.WISH)]
