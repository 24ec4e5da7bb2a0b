"""The room of people: it keeps volunteers."""

from functools import partial

from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Leaver, erase_each
from services.volunteers.people.api import router
from services.volunteers.people.domain import partners, registering
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.people.store import INDEXES, KINDS


def room(volunteers: Aggregates[Volunteer]) -> Room:
    """The room of people."""
    return Room("people", kinds=KINDS, indexes=INDEXES, routers=[router(volunteers)], erase=partial(erase, volunteers))


async def erase(volunteers: Aggregates[Volunteer], leaver: Leaver) -> None:
    """Leave nothing of `leaver` as a volunteer."""
    avoided = {"state.avoids": leaver.person}
    await erase_each(volunteers, avoided, lambda v, now: partners.meet_again(v, leaver.person), leaver)
    liked = {"state.prefers": leaver.person}
    await erase_each(volunteers, liked, lambda v, now: partners.prefer_no_more(v, leaver.person), leaver)
    merged = {"state.merged_into": leaver.person}
    await erase_each(volunteers, merged, lambda v, now: registering.erase(v, leaver.stand_in), leaver)
    theirs = {"state.person": leaver.person}
    await erase_each(volunteers, theirs, lambda v, now: registering.erase(v, leaver.stand_in), leaver)
