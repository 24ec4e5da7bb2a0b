"""What exhibits do on events: where a case is not put right any more, not for everybody, or its pictures are gone, its
exhibit comes down. The name of the handler is a mark of its effect: keep it.
"""

from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.issues import CaseAnonymised, CaseReopened, CaseWithheld, CaseWordsExpired
from services.issues.exhibits.domain import Exhibit, exhibit_id, take_down


def reactions(handlers: Handlers, exhibits: Aggregates[Exhibit]) -> None:
    """Put the handler of exhibits into the table."""

    async def take_exhibit_down(
        received: Received[CaseWithheld | CaseReopened | CaseAnonymised | CaseWordsExpired],
    ) -> None:
        """Nobody is shown the pictures of the case any more."""
        id = exhibit_id(received.envelope.aggregate_id)
        if await exhibits.find(id) is None:
            return
        reason = received.event.type.rsplit(".", 2)[1]
        await exhibits.change(
            id, lambda exhibit, _: take_down(exhibit, reason, SYSTEM), received.cause, taken=received.taken
        )

    for event in (CaseWithheld, CaseReopened, CaseAnonymised, CaseWordsExpired):
        handlers.on(event)(take_exhibit_down)
