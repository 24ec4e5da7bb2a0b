"""The room of enrolments. Series and registrations stand before it: an enrolment makes the one in the other."""

from functools import partial

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Leaver, erase_each
from services.events.activities.domain.activity import Activity
from services.events.children.domain import Child
from services.events.enrolments import domain
from services.events.enrolments.api import router
from services.events.enrolments.domain import Enrolment
from services.events.enrolments.overlapping import BusyDates
from services.events.enrolments.presenting import EnrolmentPresenter
from services.events.enrolments.reactions import reactions
from services.events.enrolments.store import INDEXES, KINDS, with_person
from services.events.registrations.store import Standings
from services.events.series.domain.series import Series


def room(
    enrolments: Aggregates[Enrolment],
    series: Aggregates[Series],
    activities: Aggregates[Activity],
    children: Aggregates[Child],
    standings: Standings,
    clock: Clock,
) -> Room:
    """The room of enrolments."""
    present = EnrolmentPresenter(series, clock)
    overlapping = BusyDates(enrolments, series, activities, standings)
    return Room(
        "enrolments",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[router(enrolments, series, activities, children, overlapping, present, clock)],
        reactions=lambda table: reactions(table, enrolments, series, activities, children, standings, clock),
        erase=partial(erase, enrolments),
    )


async def erase(enrolments: Aggregates[Enrolment], leaver: Leaver) -> None:
    """Leave nothing of `leaver` in any enrolment."""
    theirs = with_person(leaver.person)
    await erase_each(enrolments, theirs, lambda each, now: domain.erase(each, leaver.person, leaver.stand_in), leaver)
