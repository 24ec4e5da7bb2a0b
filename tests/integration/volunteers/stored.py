"""Puts needs and volunteers into the store, as commands do."""

from services.chassis.store.aggregates import Aggregates, Cause
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.opening import OpenNeed, open_need
from services.volunteers.people.domain.profile import Register
from services.volunteers.people.domain.registering import register
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
from services.volunteers.people.domain.vouching import approve
from tests.unit.volunteers.world import DAY, HERE, HOUR, NOW, STAFF, person

CAUSE = Cause("test")


async def stored_need(needs: Aggregates[Need], id: str, *, seats: int = 1, days: int = 2) -> None:
    """A need of an hour, so many days from now."""
    begin = NOW + days * DAY
    command = OpenNeed(community=HERE, category="chores", starts_at=begin, ends_at=begin + HOUR, seats=seats)
    await needs.create(id, lambda now: open_need(id, command, STAFF, now), CAUSE)


async def stored_volunteer(volunteers: Aggregates[Volunteer], who: str) -> str:
    """A volunteer who is approved; their id as a volunteer."""
    id = volunteer_id(HERE, who)
    await volunteers.create(id, lambda now: register(Register(community=HERE), person(who), now), CAUSE)
    await volunteers.change(id, lambda v, now: approve(v, STAFF, now), CAUSE)
    return id
