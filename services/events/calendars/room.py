"""The room of calendars. It reads activities and series, and keeps the secrets of personal calendars alone."""

from functools import partial

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.calendar_tokens import COLLECTION, INDEXES, Tokens
from services.chassis.store.mongo import Database
from services.chassis.subscriber.erasure import Leaver
from services.events.activities.domain.activity import Activity
from services.events.calendars.api import routers
from services.events.calendars.feeds import Feeds
from services.events.names.store import Names
from services.events.series.domain.series import Series


def room(
    activities: Aggregates[Activity],
    series: Aggregates[Series],
    names: Names,
    database: Database,
    clock: Clock,
    public_url: str,
) -> Room:
    """The room of calendars; `public_url` is the origin of links."""
    tokens = Tokens(database[COLLECTION])
    feeds = Feeds(activities, series, names, clock, public_url)
    return Room(
        "calendars",
        indexes=INDEXES,
        routers=routers(activities, series, feeds, tokens, names, clock, public_url),
        erase=partial(erase, tokens),
    )


async def erase(tokens: Tokens, leaver: Leaver) -> None:
    """No secret opens the calendar of `leaver` any more."""
    await tokens.revoke(leaver.person)
