"""The room of knowledge."""

from functools import partial

from services.chassis.room import Room
from services.chassis.subscriber.erasure import Leaver
from services.notify.knowledge.reactions import reactions
from services.notify.knowledge.store import INDEXES, Knowledge


def room(knowledge: Knowledge) -> Room:
    """The room of knowledge."""
    return Room("knowledge", indexes=INDEXES, reactions=reactions, erase=partial(erase, knowledge))


async def erase(knowledge: Knowledge, leaver: Leaver) -> None:
    """Leave nothing of `leaver` in what is remembered."""
    await knowledge.forget(leaver.person, leaver.community)
