"""What teams do on events: of two records of one person, the one that goes on is the member; who has left is none."""

from collections.abc import Callable
from typing import Any

from services.chassis.aggregate import Decision
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.volunteers import VolunteerLeft, VolunteerMerged
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.teams.domain.leading import gone, replace
from services.volunteers.teams.domain.team import Team

_MOST = 200


def reactions(handlers: Handlers, teams: Aggregates[Team], volunteers: Aggregates[Volunteer]) -> None:
    """Put the handlers of teams into the table."""

    @handlers.on(VolunteerMerged)
    async def follow_merger(received: Received[VolunteerMerged]) -> None:
        """Every team of the record that ended has the one that goes on."""
        merged = received.event
        await _each(merged.person, received, lambda team: replace(team, merged.person, merged.into))

    @handlers.on(VolunteerLeft)
    async def leave_teams(received: Received[VolunteerLeft]) -> None:
        """Whoever has left for good belongs to no team, and leads none."""
        volunteer = await volunteers.find(received.envelope.aggregate_id)
        if volunteer is not None and volunteer.aggregate.left_at is not None:
            person = volunteer.aggregate.person
            await _each(person, received, lambda team: gone(team, person))

    async def _each(person: str, received: Received[Any], decide: Callable[[Team], Decision[Team]]) -> None:
        of = {"state.community": received.envelope.community}
        named = ("state.people", "state.invited", "state.applications.person")
        theirs = {"$or": [{name: person, **of} for name in named]}
        page, cursor = None, None
        while page is None or cursor is not None:
            page = await teams.select(theirs, limit=_MOST, cursor=cursor)
            cursor = page.next
            for stored in page.items:
                await teams.change(
                    stored.aggregate.id, lambda team, now: decide(team), received.cause, taken=received.taken
                )
