"""What teams do on events: of two records of one person, the one that goes on is the member."""

from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.volunteers import VolunteerMerged
from services.volunteers.teams.domain.leading import replace
from services.volunteers.teams.domain.team import Team

_MOST = 200


def reactions(handlers: Handlers, teams: Aggregates[Team]) -> None:
    """Put the handlers of teams into the table."""

    @handlers.on(VolunteerMerged)
    async def follow_merger(received: Received[VolunteerMerged]) -> None:
        """Every team of the record that ended has the one that goes on."""
        merged = received.event
        theirs = {"state.people": merged.person, "state.community": received.envelope.community}
        while (page := await teams.select(theirs, limit=_MOST)).items:
            for stored in page.items:
                await teams.change(
                    stored.aggregate.id,
                    lambda team, now: replace(team, merged.person, merged.into),
                    received.cause,
                    taken=received.taken,
                )
