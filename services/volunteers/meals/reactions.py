"""The reactions of meals to events: a carrier who is no longer approved carries no more rounds, and the rounds of a
merged record name the record that goes on.
"""

from typing import Any

from services.chassis.store.aggregates import Aggregates, Taken
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.volunteers import VolunteerDisapproved, VolunteerMerged
from services.volunteers.meals.domain.carrying import carried_instead
from services.volunteers.meals.domain.rounds import MealRound
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.people.mergers import follow_merger

_MOST = 200


def reactions(handlers: Handlers, rounds: Aggregates[MealRound], volunteers: Aggregates[Volunteer]) -> None:
    """Put the handlers of meals into the table."""

    @handlers.on(VolunteerMerged)
    async def follow_merged_carrier(received: Received[VolunteerMerged]) -> None:
        """Name the record that goes on as the carrier of the rounds of the record that ended."""

        async def move(ended: str, into: str) -> None:
            await _carried(ended, into, received, taken=None)

        merged = received.event
        await follow_merger(volunteers, received.envelope.community, merged.person, merged.into, move)

    @handlers.on(VolunteerDisapproved)
    async def give_back_rounds(received: Received[VolunteerDisapproved]) -> None:
        """Take the rounds away from a volunteer who was disapproved, so that they are shown no homes. Staff name
        another carrier.
        """
        volunteer = (await volunteers.get(received.envelope.aggregate_id)).aggregate
        if not volunteer.approved:
            await _carried(volunteer.person, None, received, taken=received.taken)

    async def _carried(person: str, into: str | None, received: Received[Any], taken: Taken | None) -> None:
        theirs = {"state.community": received.envelope.community, "state.carrier": person}
        page, cursor = None, None
        while page is None or cursor is not None:
            page = await rounds.select(theirs, limit=_MOST, cursor=cursor)
            cursor = page.next
            for stored in page.items:
                await rounds.change(
                    stored.aggregate.id,
                    lambda meals, now: carried_instead(meals, person, into),
                    received.cause,
                    taken=taken,
                )
