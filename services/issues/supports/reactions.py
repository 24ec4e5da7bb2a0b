"""The reaction of supports to events: a subject whose supports have changed is counted anew."""

from collections.abc import Sequence

from services.chassis.store.mongo import WriteOp
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.issues import SupportAnonymised, SupportGiven, SupportWithdrawn
from services.issues.supports.counting import MARKS, to_count


def reactions(handlers: Handlers) -> None:
    """Put the handlers of supports into the table."""

    @handlers.write(SupportGiven, SupportWithdrawn, SupportAnonymised, collection=MARKS)
    def supported(received: Received[SupportGiven | SupportWithdrawn | SupportAnonymised]) -> Sequence[WriteOp]:
        """Ask for a count of the subject, in case it was not counted at once."""
        return [to_count(received.event.subject, received.event.of)]
