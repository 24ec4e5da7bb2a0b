"""What teams do on events: of two records of one person, the one that goes on is the member; who has left is none."""

from collections.abc import Callable
from typing import Any

from services.chassis.aggregate import Decision
from services.chassis.store.aggregates import Aggregates, Taken
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.volunteers import VolunteerLeft, VolunteerMerged
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.people.mergers import follow_merger as to_last_record
from services.volunteers.teams.domain.leading import gone, replace
from services.volunteers.teams.domain.team import Team

_MOST = 200


def reactions(handlers: Handlers, teams: Aggregates[Team], volunteers: Aggregates[Volunteer]) -> None:
    """Put the handlers of teams into the table."""

    @handlers.on(VolunteerMerged)
    async def follow_merger(received: Received[VolunteerMerged]) -> None:
        """Every team of the record that ended has the one that goes on."""

        async def move(ended: str, into: str) -> None:
            await _each(ended, received, lambda team: replace(team, ended, into), taken=None)

        merged = received.event
        await to_last_record(volunteers, received.envelope.community, merged.person, merged.into, move)

    @handlers.on(VolunteerLeft)
    async def leave_teams(received: Received[VolunteerLeft]) -> None:
        """Whoever has left for good belongs to no team, and leads none."""
        volunteer = await volunteers.find(received.envelope.aggregate_id)
        if volunteer is not None and volunteer.aggregate.left_at is not None:
            person = volunteer.aggregate.person
            await _each(person, received, lambda team: gone(team, person), taken=received.taken)

    async def _each(
        person: str, received: Received[Any], decide: Callable[[Team], Decision[Team]], taken: Taken | None
    ) -> None:
        of = {"state.community": received.envelope.community}
        named = ("state.people", "state.invited", "state.applications.person")
        theirs = {"$or": [{name: person, **of} for name in named]}
        page, cursor = None, None
        while page is None or cursor is not None:
            page = await teams.select(theirs, limit=_MOST, cursor=cursor)
            cursor = page.next
            for stored in page.items:
                await teams.change(stored.aggregate.id, lambda team, now: decide(team), received.cause, taken=taken)
