"""The room of requests."""

from functools import partial

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Leaver, erase_each
from services.volunteers.names.store import Names
from services.volunteers.requests import domain
from services.volunteers.requests.api import router
from services.volunteers.requests.domain import HelpRequest
from services.volunteers.requests.store import INDEXES, KINDS


def room(requests: Aggregates[HelpRequest], names: Names, clock: Clock) -> Room:
    """The room of requests."""
    return Room(
        "requests",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[router(requests, names, clock)],
        erase=partial(erase, requests),
    )


async def erase(requests: Aggregates[HelpRequest], leaver: Leaver) -> None:
    """Leave nothing of `leaver` as somebody who asked for help, or was helped."""
    for named in ("state.person", "state.helped"):
        await erase_each(requests, {named: leaver.person}, lambda r, now: domain.erase(r, leaver.stand_in), leaver)
