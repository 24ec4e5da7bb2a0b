"""Hours of somebody with two records: whichever comes first, the merger or the minutes, one account has them once."""

from datetime import datetime
from functools import partial

import pytest

from services.chassis.aggregate import Decision
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers
from services.contracts.activities import ActivityCheckedOut
from services.contracts.event import Event
from services.contracts.volunteers import VolunteerMerged, VolunteerStatus
from services.volunteers.hours.domain.ledger import Account, account_id
from services.volunteers.hours.reactions import reactions
from services.volunteers.needs.domain.need import Need
from services.volunteers.people.domain.leaving import end
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
from services.volunteers.settings import VolunteersSettings
from tests.integration.volunteers.stored import CAUSE, stored_volunteer
from tests.unit.volunteers.seats.interleaved import received
from tests.unit.volunteers.world import HERE, HOUR, NOW, STAFF


def merged(person: str, into: str) -> VolunteerMerged:
    return VolunteerMerged(person=person, into=into, approved=False, status=VolunteerStatus.PAUSED)


def ended(volunteer: Volunteer, now: datetime, *, into: str) -> Decision[Volunteer]:
    return end(volunteer, into, STAFF, now)


MERGED, AGAIN = merged("ann-2", "ann"), merged("ann-3", "ann-2")
SERVED = ActivityCheckedOut(person="ann-3", as_volunteer=True, at=NOW - HOUR, minutes=60, capped=False)


@pytest.mark.parametrize(
    "order",
    [
        (SERVED, AGAIN, MERGED),
        (SERVED, MERGED, AGAIN),
        (AGAIN, SERVED, MERGED),
        (AGAIN, MERGED, SERVED),
        (MERGED, SERVED, AGAIN),
        (MERGED, AGAIN, SERVED),
    ],
    ids=lambda order: "-".join(type(event).__name__ + getattr(event, "into", "") for event in order),
)
async def test_the_minutes_go_where_the_person_goes_on(
    accounts: Aggregates[Account],
    needs: Aggregates[Need],
    volunteers: Aggregates[Volunteer],
    settings: VolunteersSettings,
    order: tuple[Event, ...],
) -> None:
    table = Handlers()
    reactions(table, accounts, needs, volunteers, settings)
    for who in ("ann", "ann-2", "ann-3"):
        await stored_volunteer(volunteers, who)
    for one, into in (("ann-3", "ann-2"), ("ann-2", "ann")):
        ending = partial(ended, into=into)
        await volunteers.change(volunteer_id(HERE, one), ending, CAUSE)
    for _ in range(2):  # each event comes twice
        for sequence, event in enumerate(order, start=1):
            for name, reaction in table.reactions[event.type]:
                await reaction(received(event, type(event).__name__, sequence, HERE, name))
    held = {who: await accounts.find(account_id(HERE, who)) for who in ("ann", "ann-2", "ann-3")}
    minutes = {who: 0 if found is None else found.aggregate.minutes for who, found in held.items()}
    assert minutes == {"ann": 60, "ann-2": 0, "ann-3": 0}
