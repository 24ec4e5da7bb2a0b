"""The room of children."""

from functools import partial

from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Leaver, erase_each
from services.events.children import domain
from services.events.children.api import router
from services.events.children.domain import Child
from services.events.children.store import INDEXES, KINDS, guarded_by


def room(children: Aggregates[Child]) -> Room:
    """The room of children."""
    return Room("children", kinds=KINDS, indexes=INDEXES, routers=[router(children)], erase=partial(erase, children))


async def erase(children: Aggregates[Child], leaver: Leaver) -> None:
    """Leave nothing of `leaver`, or of the children whose guardian they are."""
    theirs = guarded_by(leaver.person)
    await erase_each(children, theirs, lambda child, now: domain.erase(child, leaver.stand_in, now), leaver)
