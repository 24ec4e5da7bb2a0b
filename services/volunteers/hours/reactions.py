"""The reactions of hours to events: services to activities and needs are entered, and payments arrive."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from services.chassis.aggregate import Decision
from services.chassis.errors import AlreadyExists
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers, Received
from services.chassis.values import local_date
from services.contracts.activities import ActivityCheckedOut
from services.contracts.volunteers import AccountPaid, AccountPaymentReversed, NeedFulfilled, Origin, VolunteerMerged
from services.volunteers.hours.domain.coins import receive, take_back
from services.volunteers.hours.domain.ledger import (
    Account,
    Service,
    account_id,
    credit,
    new_account,
)
from services.volunteers.hours.domain.merging import hand_over, services_of, take_over
from services.volunteers.hours.settings import HoursSettings
from services.volunteers.needs.domain.need import Need


def reactions(
    handlers: Handlers, accounts: Aggregates[Account], needs: Aggregates[Need], settings: HoursSettings
) -> None:
    """Put the handlers of hours into the table."""

    @handlers.on(ActivityCheckedOut)
    async def credit_activity(received: Received[ActivityCheckedOut]) -> None:
        """Enter the time that a volunteer gave to an activity, once they have left it."""
        left = received.event
        if left.as_volunteer:
            day = local_date(left.at - timedelta(minutes=max(0, left.minutes)))
            activity = received.envelope.aggregate_id
            service = Service(source=Origin.ACTIVITY, activity=activity, minutes=left.minutes, on=day, stay=left.stay)
            await _credit(accounts, received, left.person, service, settings)

    @handlers.on(NeedFulfilled)
    async def credit_need(received: Received[NeedFulfilled]) -> None:
        """Enter a service that staff have confirmed."""
        done = received.event
        need = (await needs.get(received.envelope.aggregate_id)).aggregate
        day, category = local_date(done.starts_at), done.category
        service = Service(source=need.origin, need=need.id, minutes=done.minutes, on=day, category=category)
        await _credit(accounts, received, done.person, service, settings)

    @handlers.on(VolunteerMerged)
    async def merge_accounts(received: Received[VolunteerMerged]) -> None:
        """Merge the account of a record that has ended into that of the other record of the same person."""
        merged, caps, rules = received.event, settings.coin_caps, settings.point_rules
        ended = await accounts.find(account_id(received.envelope.community, merged.person))
        if ended is None:
            return
        services = services_of(ended.aggregate)
        await _enter(accounts, received, merged.into, lambda a, now: take_over(a, services, now, caps, rules))
        await accounts.change(
            ended.aggregate.id,
            lambda account, now: hand_over(account, now, caps, rules),
            received.cause,
            taken=received.taken,
        )

    @handlers.on(AccountPaid)
    async def pay_in(received: Received[AccountPaid]) -> None:
        """Let a payment arrive on the payee's account."""
        paid = received.event
        payer = (await accounts.get(received.envelope.aggregate_id)).aggregate.volunteer
        await _enter(accounts, received, paid.to, lambda a, now: receive(a, paid.transfer, payer, paid.coins, now))

    @handlers.on(AccountPaymentReversed)
    async def take_back_payment(received: Received[AccountPaymentReversed]) -> None:
        """Take a reversed payment back from the payee's account."""
        paid = received.event
        payer = (await accounts.get(received.envelope.aggregate_id)).aggregate.volunteer
        await _enter(accounts, received, paid.to, lambda a, now: take_back(a, paid.transfer, payer, paid.coins, now))


async def _credit(
    accounts: Aggregates[Account], received: Received[Any], person: str, service: Service, settings: HoursSettings
) -> None:
    caps, rules = settings.coin_caps, settings.point_rules
    await _enter(accounts, received, person, lambda account, now: credit(account, service, now, caps, rules))


async def _enter(
    accounts: Aggregates[Account],
    received: Received[Any],
    person: str,
    decide: Callable[[Account, datetime], Decision[Account]],
) -> None:
    """Carry out `decide` on the account of `person`, and create it if there is none yet."""
    community = received.envelope.community
    id = account_id(community, person)
    if await accounts.find(id) is None:
        try:
            await accounts.create(
                id, lambda now: decide(new_account(community, person), now), received.cause, taken=received.taken
            )
            return
        except AlreadyExists:
            pass  # another entry has created the account meanwhile
    await accounts.change(id, decide, received.cause, taken=received.taken)
