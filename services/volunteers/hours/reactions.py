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
from services.contracts.volunteers import (
    AccountCorrected,
    AccountPaid,
    AccountPaymentReversed,
    AccountRedeemed,
    AccountRedemptionReversed,
    NeedFulfilled,
    Origin,
    VolunteerMerged,
)
from services.volunteers.hours.domain.coins import receive, take_back
from services.volunteers.hours.domain.ledger import (
    Account,
    Service,
    account_id,
    credit,
    new_account,
)
from services.volunteers.hours.domain.merging import hand_over, holding_of, take_over
from services.volunteers.hours.settings import HoursSettings
from services.volunteers.needs.domain.need import Need
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id


def reactions(
    handlers: Handlers,
    accounts: Aggregates[Account],
    needs: Aggregates[Need],
    volunteers: Aggregates[Volunteer],
    settings: HoursSettings,
) -> None:
    """Put the handlers of hours into the table."""
    ledger = _Ledger(accounts, volunteers, settings)

    @handlers.on(ActivityCheckedOut)
    async def credit_activity(received: Received[ActivityCheckedOut]) -> None:
        """Enter the time that a volunteer gave to an activity, once they have left it."""
        left = received.event
        if left.as_volunteer:
            day = local_date(left.at - timedelta(minutes=max(0, left.minutes)))
            activity = received.envelope.aggregate_id
            service = Service(source=Origin.ACTIVITY, activity=activity, minutes=left.minutes, on=day, stay=left.stay)
            await ledger.credit(received, left.person, service)

    @handlers.on(NeedFulfilled)
    async def credit_need(received: Received[NeedFulfilled]) -> None:
        """Enter a service that staff have confirmed."""
        done = received.event
        need = (await needs.get(received.envelope.aggregate_id)).aggregate
        day, category = local_date(done.starts_at), done.category
        service = Service(source=need.origin, need=need.id, minutes=done.minutes, on=day, category=category)
        await ledger.credit(received, done.person, service)

    @handlers.on(VolunteerMerged)
    async def merge_accounts(received: Received[VolunteerMerged]) -> None:
        """Merge the account of a record that has ended into that of the other record of the same person."""
        await ledger.merge(received, received.event.person, received.event.into)

    @handlers.on(AccountPaid)
    async def pay_in(received: Received[AccountPaid]) -> None:
        """Let a payment arrive on the payee's account. Where the payee or the payer goes on under another record, it
        stands there in the end.
        """
        paid = received.event
        payer = (await accounts.get(received.envelope.aggregate_id)).aggregate.volunteer
        await _enter(accounts, received, paid.to, lambda a, now: receive(a, paid.transfer, payer, paid.coins, now))
        await ledger.follow(received, paid.to)
        await ledger.follow(received, payer)

    @handlers.on(AccountPaymentReversed)
    async def take_back_payment(received: Received[AccountPaymentReversed]) -> None:
        """Take a reversed payment back from the payee's account."""
        paid = received.event
        payer = (await accounts.get(received.envelope.aggregate_id)).aggregate.volunteer
        await _enter(accounts, received, paid.to, lambda a, now: take_back(a, paid.transfer, payer, paid.coins, now))
        await ledger.follow(received, paid.to)
        await ledger.follow(received, payer)

    @handlers.on(AccountCorrected)
    @handlers.on(AccountRedeemed)
    @handlers.on(AccountRedemptionReversed)
    async def follow_owner(received: Received[AccountCorrected | AccountRedeemed | AccountRedemptionReversed]) -> None:
        """Where staff changed an account while its record ended, move what was entered to the record that goes on."""
        await ledger.follow(received, (await accounts.get(received.envelope.aggregate_id)).aggregate.volunteer)


class _Ledger:
    """Enters services. Those of a record that ended in a merger are entered on the record that goes on."""

    def __init__(
        self, accounts: Aggregates[Account], volunteers: Aggregates[Volunteer], settings: HoursSettings
    ) -> None:
        self._accounts = accounts
        self._volunteers = volunteers
        self._caps, self._rules = settings.coin_caps, settings.point_rules

    async def credit(self, received: Received[Any], person: str, service: Service) -> None:
        """Enter a service of `person`, who may go on under another record by now."""
        caps, rules = self._caps, self._rules
        await _enter(self._accounts, received, person, lambda account, now: credit(account, service, now, caps, rules))
        await self.follow(received, person)

    async def merge(self, received: Received[Any], person: str, into: str, *before: str) -> None:
        """Enter what the account of `person` holds on that of `into`, and correct it to nothing on their own.

        What is entered on the first account meanwhile stays there, and whoever entered it moves it. Both writes leave
        out what was moved before, so that this may be repeated. `before`: records that ended in `person`.
        """
        caps, rules = self._caps, self._rules
        ended = await self._accounts.find(account_id(received.envelope.community, person))
        if ended is not None and (holding := holding_of(ended.aggregate)):
            await _enter(
                self._accounts,
                received,
                into,
                lambda a, now: take_over(a, holding, now, caps, rules),
                taken=False,
            )
            await self._accounts.change(
                ended.aggregate.id, lambda a, now: hand_over(a, holding, now, caps, rules), received.cause
            )
        await self.follow(received, into, person, *before)

    async def follow(self, received: Received[Any], person: str, *before: str) -> None:
        """Merge the account of `person` if they go on under another record by now.

        The record is read after what was entered was written. So either the merger finds it, or it is moved here.
        """
        found = await self._volunteers.find(volunteer_id(received.envelope.community, person))
        into = None if found is None else found.aggregate.merged_into
        if into is not None and into not in before:
            await self.merge(received, person, into, *before)


async def _enter(
    accounts: Aggregates[Account],
    received: Received[Any],
    person: str,
    decide: Callable[[Account, datetime], Decision[Account]],
    *,
    taken: bool = True,
) -> None:
    """Carry out `decide` on the account of `person`, and create it if there is none yet.

    `taken`: whether the account remembers the event and takes no other effect of it; False where `decide` itself leaves
    out what was done before.
    """
    community, by = received.envelope.community, received.taken if taken else None
    id = account_id(community, person)
    if await accounts.find(id) is None:
        try:
            await accounts.create(id, lambda now: decide(new_account(community, person), now), received.cause, taken=by)
            return
        except AlreadyExists:
            pass  # another entry has created the account meanwhile
    await accounts.change(id, decide, received.cause, taken=by)
