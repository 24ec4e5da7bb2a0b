"""Hours, coins and points of somebody with two records: whichever comes first, the merger or the minutes, one account
has them once."""

from datetime import datetime
from functools import partial

import pytest

from services.chassis.aggregate import Decision
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers
from services.contracts.activities import ActivityCheckedOut
from services.contracts.event import Event
from services.contracts.volunteers import AccountPaid, AccountReceived, Origin, VolunteerMerged, VolunteerStatus
from services.volunteers.hours.domain.ledger import Account, Service, account_id, credit, new_account
from services.volunteers.hours.reactions import reactions
from services.volunteers.needs.domain.need import Need
from services.volunteers.people.domain.leaving import end
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
from services.volunteers.settings import VolunteersSettings
from tests.integration.volunteers.calling import Api, admit
from tests.integration.volunteers.stored import CAUSE, stored_volunteer
from tests.integration.wire import Wire
from tests.unit.volunteers.seats.interleaved import received
from tests.unit.volunteers.world import HERE, HOUR, NOW, STAFF, person
from tests.waiting import eventually


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


async def test_coins_and_points_go_where_the_person_goes_on_and_nothing_is_entered_on_a_record_that_ended(
    running: tuple[Api, Wire], accounts: Aggregates[Account]
) -> None:
    api, wire = running
    ann, twin, bob, lee = (person(sub) for sub in ("ann", "ann-2", "bob", "lee"))
    kept = (await admit(api, ann))["id"]
    for who in (twin, bob, lee):
        await admit(api, who)
    ended, theirs = account_id(HERE, "ann-2"), account_id(HERE, "bob")
    service = Service(source=Origin.DIRECT, need="need-1", minutes=60, on=NOW.date())
    await accounts.create(ended, lambda now: credit(new_account(HERE, "ann-2"), service, now), CAUSE)
    await api.ok(twin, f"/accounts/{ended}/payments", {"to": "bob", "minutes": 40})
    redeemed = await api.ok(STAFF, f"/accounts/{ended}/redemptions", {"points": 8, "what": "洗衣粉"})
    redemption = {"redemption": redeemed["point_lines"][-1]["reference"]}
    await wire.wait_for(AccountReceived, coins=40)
    await api.ok(STAFF, f"/volunteers/{kept}/merge", {"person": "ann-2"})

    async def held(who: str, *there: int) -> bool:
        mine = await api.read(person(who), "/accounts/me", community=HERE)
        return (mine["minutes"], mine["balance"], mine["points"]) == there

    await eventually(lambda: held("ann", 60, 20, 2))
    await eventually(lambda: held("ann-2", 0, 0, 0))
    body = {"entry": redeemed["entries"][0]["id"], "minutes": 30, "reason": "签到有误"}
    was_merged = (409, "volunteer.was-merged")
    assert await api.refused(STAFF, f"/accounts/{ended}/corrections", body) == was_merged
    transfer = {"transfer": redeemed["coins"][1]["transfer"]}
    assert await api.refused(STAFF, f"/accounts/{ended}/reversals", transfer) == was_merged
    assert await api.refused(STAFF, f"/accounts/{ended}/redemptions", {"points": 1, "what": "肥皂"}) == was_merged
    assert await api.refused(STAFF, f"/accounts/{ended}/redemptions/give-back", redemption) == was_merged
    assert await api.refused(twin, f"/accounts/{ended}/payments", {"to": "bob", "minutes": 1}) == was_merged
    going_on = account_id(HERE, "ann")
    to_oneself = {"to": "ann-2", "minutes": 1}
    assert await api.refused(ann, f"/accounts/{going_on}/payments", to_oneself) == (422, "account.pay-to-oneself")
    await api.ok(bob, f"/accounts/{theirs}/payments", {"to": "ann-2", "minutes": 5})
    await wire.wait_for(AccountPaid, to="ann-2", coins=5)
    await eventually(lambda: held("ann", 60, 25, 2))
    await api.ok(STAFF, f"/accounts/{going_on}/reversals", transfer)
    await eventually(lambda: held("bob", 0, -5, 0))
    assert (await api.ok(STAFF, f"/accounts/{going_on}/redemptions/give-back", redemption))["points"] == 10
    await api.ok(lee, f"/volunteers/{volunteer_id(HERE, 'lee')}/leave")
    gone = {"to": "lee", "minutes": 1}
    assert await api.refused(ann, f"/accounts/{going_on}/payments", gone) == (409, "volunteer.has-left")
