"""The room of series. Activities stand before it, since each date of a series becomes one."""

from functools import partial

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Leaver, erase_each
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.formalities import Formalities
from services.events.names.store import Names
from services.events.pictures.store import Pictures
from services.events.series.api import router
from services.events.series.domain.series import Series, erase_from_series
from services.events.series.presenting import SeriesPresenter
from services.events.series.previewing import EnrolledIn
from services.events.series.reactions import reactions
from services.events.series.store import INDEXES, KINDS, organised_by
from services.events.series.sweeps import expansion
from services.events.venues.bookings import Bookings


def room(
    series: Aggregates[Series],
    activities: Aggregates[Activity],
    bookings: Bookings,
    pictures: Pictures,
    names: Names,
    formalities: Formalities,
    enrolled: EnrolledIn,
    clock: Clock,
) -> Room:
    """The room of series. `enrolled` finds who comes to every date of one."""
    present = SeriesPresenter(series, activities, names, clock)
    return Room(
        "series",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[router(series, activities, bookings, pictures, present, formalities, enrolled, clock)],
        reactions=lambda table: reactions(table, series, activities, bookings, clock),
        sweeps=[expansion(series)],
        erase=partial(erase, series),
    )


async def erase(series: Aggregates[Series], leaver: Leaver) -> None:
    """Leave nothing of `leaver` in any series that they organise."""
    person = leaver.person
    await erase_each(series, organised_by(person), lambda found, now: erase_from_series(found, person), leaver)
