"""The reactions of people to events: when the place of a building becomes known or changes, the buildings to which
volunteers go are computed again; and when two records of one person were merged, the wishes of others name the record
that goes on.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from services.chassis.aggregate import Decision
from services.chassis.store.aggregates import Aggregates, Taken
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.issues import PlaceChanged, PlaceRegistered
from services.contracts.volunteers import VolunteerMerged
from services.volunteers.names.store import Names
from services.volunteers.people.domain import guardians, partners
from services.volunteers.people.domain.reaching import look_again
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.people.mergers import follow_merger
from services.volunteers.shared.values.points import Point

_MOST = 200


def reactions(handlers: Handlers, volunteers: Aggregates[Volunteer], names: Names) -> None:
    """Put the handlers of people into the table."""

    @handlers.on(PlaceRegistered)
    @handlers.on(PlaceChanged)
    async def measure_again(received: Received[PlaceRegistered | PlaceChanged]) -> None:
        """Compute the buildings again for all volunteers of the community who go only so many metres."""
        community, building, at = received.envelope.community, received.envelope.aggregate_id, received.event.stands
        points = dict((await names.of(community)).points)
        points.pop(building, None)
        if at is not None:
            points[building] = Point(lon=at.east, lat=at.north)
        measured = {"state.community": community, "state.reach_metres": {"$gte": 0}}
        await _each(
            volunteers, measured, lambda volunteer, now: look_again(volunteer, points), received, received.taken
        )

    @handlers.on(VolunteerMerged)
    async def follow_merged_partner(received: Received[VolunteerMerged]) -> None:
        """Name the record that goes on in the wishes of all volunteers who avoid or prefer the person, or whom the
        person avoids.
        """
        of = {"state.community": received.envelope.community}

        async def move(ended: str, into: str) -> None:
            theirs = {"$or": [{f"state.{field}": ended, **of} for field in ("avoids", "avoided_by", "prefers")]}
            await _each(volunteers, theirs, lambda v, now: partners.replace(v, ended, into), received, taken=None)
            wards = {"state.guardian": ended, **of}
            await _each(
                volunteers, wards, lambda v, now: guardians.replace_guardian(v, ended, into), received, taken=None
            )

        merged = received.event
        await follow_merger(volunteers, received.envelope.community, merged.person, merged.into, move)


async def _each(
    volunteers: Aggregates[Volunteer],
    query: Mapping[str, Any],
    decide: Callable[[Volunteer, datetime], Decision[Volunteer]],
    received: Received[Any],
    taken: Taken | None,
) -> None:
    """Change all volunteers whom `query` finds, as `decide` says. `taken`: the mark of the event, which has its effect
    once; None where `decide` itself leaves out what was done before."""
    page, cursor = None, None
    while page is None or cursor is not None:
        page = await volunteers.select(query, limit=_MOST, cursor=cursor)
        cursor = page.next
        for stored in page.items:
            await volunteers.change(stored.aggregate.id, decide, received.cause, taken=taken)
