"""The room of supports: people who say that they want or have the same, whatever it is."""

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
"""Those of some subjects of which not everybody may know. The rooms of subjects, which stand later, can tell."""

_BATCH = 100


def room(
    supports: Aggregates[Support], supporter_counts: SupporterCounts, withheld: Withheld, database: Database
) -> Room:
    """The room of `supports`, counted by `supporter_counts`. Marks on what must be counted are in `database`."""
    return Room(
        "supports",
        kinds=KINDS,
        indexes=INDEXES,
        reactions=reactions,
        sweeps=[SupporterCounting(supporter_counts, database)],
        erase=partial(_erase, supports, withheld),
    )


async def _erase(supports: Aggregates[Support], withheld: Withheld, leaver: Leaver) -> None:
    """Forget who supported. One after the other, since what is said of a support depends on its subject."""

    def forgotten(public: bool, support: Support, now: datetime) -> Decision[Support]:
        return forget_supporter(support, leaver.stand_in, public=public)

    theirs = leaver.within({"state.person": leaver.person})
    while page := (await supports.select(theirs, limit=_BATCH)).items:
        kept = await withheld([stored.aggregate.subject for stored in page])
        for stored in page:
            public = stored.aggregate.subject not in kept
            await erase_in(supports, stored.aggregate.id, partial(forgotten, public), leaver.cause)
