"""What hours do on events: a service that was given to an activity or a need is entered."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from services.chassis.aggregate import Decision
from services.chassis.errors import AlreadyExists
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers, Received
from services.chassis.values import local_date
from services.contracts.activities import ActivityCheckedOut
from services.contracts.volunteers import AccountPaid, AccountPaymentReversed, NeedFulfilled, Origin
from services.volunteers.hours.domain.coins import receive, take_back
from services.volunteers.hours.domain.ledger import (
    COIN_CAPS,
    Account,
    CoinCaps,
    Service,
    account_id,
    credit,
    new_account,
)
from services.volunteers.needs.domain.need import Need


def reactions(
    handlers: Handlers, accounts: Aggregates[Account], needs: Aggregates[Need], caps: CoinCaps = COIN_CAPS
) -> None:
    """Put the handlers of hours into the table."""

    @handlers.on(ActivityCheckedOut)
    async def credit_activity(received: Received[ActivityCheckedOut]) -> None:
        """A volunteer left an activity: the time that they gave is entered."""
        left = received.event
        if left.as_volunteer:
            day = local_date(left.at - timedelta(minutes=max(0, left.minutes)))
            activity = received.envelope.aggregate_id
            service = Service(source=Origin.ACTIVITY, activity=activity, minutes=left.minutes, on=day)
            await _credit(accounts, received, left.person, service, caps)

    @handlers.on(NeedFulfilled)
    async def credit_need(received: Received[NeedFulfilled]) -> None:
        """Staff confirmed a service: it is entered."""
        done = received.event
        need = (await needs.get(received.envelope.aggregate_id)).aggregate
        service = Service(source=need.origin, need=need.id, minutes=done.minutes, on=local_date(done.starts_at))
        await _credit(accounts, received, done.person, service, caps)

    @handlers.on(AccountPaid)
    async def pay_in(received: Received[AccountPaid]) -> None:
        """A payment reaches the account of whom it is for."""
        paid = received.event
        payer = (await accounts.get(received.envelope.aggregate_id)).aggregate.volunteer
        await _enter(accounts, received, paid.to, lambda a, now: receive(a, paid.transfer, payer, paid.coins, now))

    @handlers.on(AccountPaymentReversed)
    async def take_back_payment(received: Received[AccountPaymentReversed]) -> None:
        """A payment that was given back is taken back where it had arrived."""
        paid = received.event
        payer = (await accounts.get(received.envelope.aggregate_id)).aggregate.volunteer
        await _enter(accounts, received, paid.to, lambda a, now: take_back(a, paid.transfer, payer, paid.coins, now))


async def _credit(
    accounts: Aggregates[Account], received: Received[Any], person: str, service: Service, caps: CoinCaps
) -> None:
    await _enter(accounts, received, person, lambda account, now: credit(account, service, now, caps))


async def _enter(
    accounts: Aggregates[Account],
    received: Received[Any],
    person: str,
    decide: Callable[[Account, datetime], Decision[Account]],
) -> None:
    """Carry out `decide` on a person's account, which may have no entry yet."""
    community = received.envelope.community
    id = account_id(community, person)
    if await accounts.find(id) is None:
        try:
            await accounts.create(
                id, lambda now: decide(new_account(community, person), now), received.cause, taken=received.taken
            )
            return
        except AlreadyExists:
            pass  # another entry came first
    await accounts.change(id, decide, received.cause, taken=received.taken)
