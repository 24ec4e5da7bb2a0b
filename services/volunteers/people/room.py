"""The room of people: it keeps volunteers."""

from functools import partial

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Leaver, erase_each
from services.volunteers.names.store import Names
from services.volunteers.people.api import router
from services.volunteers.people.domain import guardians, leaving, partners, registering
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.people.reactions import reactions
from services.volunteers.people.settings import PeopleSettings
from services.volunteers.people.store import INDEXES, KINDS

_MOST = 200


def room(volunteers: Aggregates[Volunteer], names: Names, clock: Clock, settings: PeopleSettings) -> Room:
    """Make the room of people."""
    return Room(
        "people",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[router(volunteers, names, clock, settings.least_age)],
        reactions=lambda table: reactions(table, volunteers, names),
        erase=partial(erase, volunteers),
    )


async def erase(volunteers: Aggregates[Volunteer], leaver: Leaver) -> None:
    """Leave nothing of `leaver` in any volunteer record: neither their own records nor the wishes of others."""
    avoided = {"state.avoids": leaver.person}
    await erase_each(volunteers, avoided, lambda v, now: partners.meet_again(v, leaver.person), leaver)
    avoider = {"state.avoided_by": leaver.person}
    await erase_each(volunteers, avoider, lambda v, now: partners.avoided_no_more(v, leaver.person), leaver)
    liked = {"state.prefers": leaver.person}
    await erase_each(volunteers, liked, lambda v, now: partners.prefer_no_more(v, leaver.person), leaver)
    wards = {"$or": [{"state.guardian": leaver.person}, {"state.consents.by": leaver.person}]}
    await erase_each(
        volunteers,
        wards,
        lambda v, now: guardians.forget_guardian(v, leaver.person, leaver.stand_in, now),
        leaver,
    )
    took_over = {"state.merged_from": leaver.person}
    await erase_each(volunteers, took_over, lambda v, now: leaving.forget_duplicate(v, leaver.person), leaver)
    for into in await _merged_into(volunteers, leaver.person):
        merged = {"state.merged_into": into}
        await erase_each(volunteers, merged, lambda v, now: registering.erase(v, leaver.stand_in), leaver)
    theirs = {"state.person": leaver.person}
    await erase_each(volunteers, theirs, lambda v, now: registering.erase(v, leaver.stand_in), leaver)


async def _merged_into(volunteers: Aggregates[Volunteer], person: str) -> list[str]:
    """`person`, and everybody whose record ended in theirs through one merger or several, the last ones first."""
    found = [person]
    for into in found:
        query, cursor = {"state.merged_into": into}, None
        while True:
            page = await volunteers.select(query, limit=_MOST, cursor=cursor)
            found += (each.aggregate.person for each in page.items if each.aggregate.person not in found)
            if (cursor := page.next) is None:
                break
    return found[::-1]
