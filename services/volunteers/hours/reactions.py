"""What hours do on events: a service that was given to an activity or a need is entered."""

from datetime import datetime, timedelta
from typing import Any

from services.chassis.aggregate import Decision
from services.chassis.errors import AlreadyExists
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers, Received
from services.chassis.values import local_date
from services.contracts.activities import ActivityCheckedOut
from services.contracts.volunteers import NeedFulfilled, Origin
from services.volunteers.hours.domain import Account, Service, account_id, credit, new_account
from services.volunteers.needs.domain.need import Need


def reactions(handlers: Handlers, accounts: Aggregates[Account], needs: Aggregates[Need]) -> None:
    """Put the handlers of hours into the table."""

    @handlers.on(ActivityCheckedOut)
    async def credit_activity(received: Received[ActivityCheckedOut]) -> None:
        """A volunteer left an activity: the time that they gave is entered."""
        left = received.event
        if left.as_volunteer:
            day = local_date(left.at - timedelta(minutes=max(0, left.minutes)))
            activity = received.envelope.aggregate_id
            service = Service(source=Origin.ACTIVITY, activity=activity, minutes=left.minutes, on=day)
            await _credit(accounts, received, left.person, service)

    @handlers.on(NeedFulfilled)
    async def credit_need(received: Received[NeedFulfilled]) -> None:
        """Staff confirmed a service: it is entered."""
        done = received.event
        need = (await needs.get(received.envelope.aggregate_id)).aggregate
        service = Service(source=need.origin, need=need.id, minutes=done.minutes, on=local_date(done.starts_at))
        await _credit(accounts, received, done.person, service)


async def _credit(accounts: Aggregates[Account], received: Received[Any], person: str, service: Service) -> None:
    community = received.envelope.community
    id = account_id(community, person)

    def enter(account: Account, now: datetime) -> Decision[Account]:
        return credit(account, service, now)

    if await accounts.find(id) is None:
        try:
            await accounts.create(
                id,
                lambda now: credit(new_account(community, person), service, now),
                received.cause,
                taken=received.taken,
            )
            return
        except AlreadyExists:
            pass  # another activity's entry came first
    await accounts.change(id, enter, received.cause, taken=received.taken)
