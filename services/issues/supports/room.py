"""The room of supports: people say that a case affects them too, or that they want a wish."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial

from services.chassis.aggregate import Decision
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import Database
from services.chassis.subscriber.erasure import Leaver, erase_in
from services.issues.supports.counting import SupporterCounting, SupporterCounts
from services.issues.supports.domain.supports import Support, forget_supporter
from services.issues.supports.reactions import reactions
from services.issues.supports.store import INDEXES, KINDS

Withheld = Callable[[Sequence[str]], Awaitable[set[str]]]
"""Gives those of some subjects that are not public. The rooms of the subjects provide it, because they stand later in
the list."""

_BATCH = 100


def room(
    supports: Aggregates[Support], supporter_counts: SupporterCounts, withheld: Withheld, database: Database
) -> Room:
    """Make the room of `supports`, which `supporter_counts` counts. Marks of subjects to be counted are kept in
    `database`."""
    return Room(
        "supports",
        kinds=KINDS,
        indexes=INDEXES,
        reactions=reactions,
        sweeps=[SupporterCounting(supporter_counts, database)],
        erase=partial(_erase, supports, withheld),
    )


async def _erase(supports: Aggregates[Support], withheld: Withheld, leaver: Leaver) -> None:
    """Remove the person from their supports, one after the other, since each is told by an event that depends on its
    subject."""

    def forgotten(public: bool, support: Support, now: datetime) -> Decision[Support]:
        return forget_supporter(support, leaver.stand_in, public=public)

    theirs = leaver.within({"state.person": leaver.person})
    while page := (await supports.select(theirs, limit=_BATCH)).items:
        kept = await withheld([stored.aggregate.subject for stored in page])
        for stored in page:
            public = stored.aggregate.subject not in kept
            await erase_in(supports, stored.aggregate.id, partial(forgotten, public), leaver.cause)
