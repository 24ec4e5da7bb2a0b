"""The room of calendars, which reads needs, and stores only the digests of secret addresses."""

from functools import partial

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.calendar_tokens import COLLECTION, INDEXES, Tokens
from services.chassis.store.mongo import Database
from services.chassis.subscriber.erasure import Leaver
from services.volunteers.calendars.api import router
from services.volunteers.names.store import Names
from services.volunteers.needs.domain.need import Need


def room(needs: Aggregates[Need], names: Names, database: Database, clock: Clock, public_url: str) -> Room:
    """Make the room of calendars, whose addresses begin with `public_url`."""
    tokens = Tokens(database[COLLECTION])
    return Room(
        "calendars",
        indexes=INDEXES,
        routers=[router(needs, names, tokens, clock, public_url)],
        erase=partial(erase, tokens),
    )


async def erase(tokens: Tokens, leaver: Leaver) -> None:
    """Revoke the address of the calendar of `leaver`."""
    await tokens.revoke(leaver.person)
