"""Hours over HTTP: people read their own, staff read and correct everybody's, and all read a community's total."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from services.chassis.aggregate import Decision, new_id
from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import Command, CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known, known_to
from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Aggregates, Stored
from services.contracts.marks import Id
from services.volunteers.hours.domain import coins, ledger, points
from services.volunteers.hours.domain.coins import (
    NoSuchPayment,
    NotEnoughCoins,
    Pay,
    PayToOneself,
    Reverse,
    ReversedAlready,
)
from services.volunteers.hours.domain.ledger import (
    Account,
    Correct,
    OwnAccount,
    UnknownEntry,
    account_id,
    new_account,
)
from services.volunteers.hours.domain.points import (
    GiveBackPoints,
    NoSuchRedemption,
    NotEnoughPoints,
    Redeem,
    RedemptionReversed,
)
from services.volunteers.hours.settings import HoursSettings
from services.volunteers.hours.sheet import sheet
from services.volunteers.hours.store import totals as totals_of
from services.volunteers.hours.views import FEWEST, AccountView, TotalsView, account_view
from services.volunteers.needs.domain.serving import NotGivenYet, TooManyMinutes
from services.volunteers.people.domain.volunteer import HasLeft, Volunteer, WasMerged, volunteer_id
from services.volunteers.people.mergers import last_record
from services.volunteers.shared.queries import matching

BASE = "/api/volunteers/v1/accounts"
MEDIA_TYPE = "text/csv; charset=utf-8"


class _Sheet(StreamingResponse):
    media_type = MEDIA_TYPE


def router(accounts: Aggregates[Account], volunteers: Aggregates[Volunteer], settings: HoursSettings) -> APIRouter:
    """The routes of accounts."""
    routes = APIRouter(prefix=BASE, tags=["hours"])

    @routes.get(
        "",
        response_model=PageView[AccountView],
        summary="The accounts of a community, with their hours",
        responses=problems(NotYours),
    )
    async def many(
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        community: Annotated[Id, Query()],
        volunteer: Annotated[Id | None, Query()] = None,
    ) -> Response:
        principal.require(community, Role.STAFF)
        query = matching(community, volunteer=volunteer)
        return paged(await accounts.select(query, limit=page.limit, cursor=page.cursor), account_view, request)

    @routes.get(
        "/records.csv",
        summary="The ledger of hours as a CSV sheet",
        response_class=_Sheet,
        responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}, **problems(NotYours)},
    )
    async def export(principal: PrincipalDep, community: Annotated[Id, Query()]) -> StreamingResponse:
        """Every line of the ledger, for staff, as CSV by RFC 4180 in UTF-8 with a byte order mark."""
        principal.require(community, Role.STAFF)
        headers = {
            "Content-Disposition": f'attachment; filename="records-{community}.csv"',
            "Cache-Control": "no-store",
        }
        return _Sheet(sheet(accounts, community), headers=headers)

    @routes.get("/me", summary="My hours", responses=problems(NotYours))
    async def me(principal: PrincipalDep, community: Annotated[Id, Query()]) -> AccountView:
        """The caller's account. Its version is 0 before the first entry."""
        principal.require(community)
        stored = await accounts.find(account_id(community, principal.sub))
        return account_view(stored or Stored(new_account(community, principal.sub), 0))

    @routes.get("/totals", summary="The total of a community's hours")
    async def totals(principal: PrincipalDep, community: Annotated[Id, Query()]) -> TotalsView:
        """The total of a community's hours, for every signed-in person of any community."""
        found = await totals_of(accounts, community)
        if 0 < found.people < FEWEST and not principal.has(community, Role.STAFF):
            return TotalsView(community=community, minutes=None, people=None)
        return TotalsView(community=community, minutes=found.minutes, people=found.people)

    changed = _changing(accounts, volunteers)

    @routes.post(
        "/{id}/corrections",
        response_model=AccountView,
        summary="Correct an entry by a further one",
        responses=problems(*_REFUSALS, UnknownEntry, TooManyMinutes, NotGivenYet, OwnAccount),
    )
    async def correct(id: Id, body: Correct, command: CommandDep) -> Response:
        caps, rules = settings.coin_caps, settings.point_rules
        return await changed(id, command, lambda a, by, now: ledger.correct(a, body, by, now, caps, rules))

    _coins(routes, accounts, volunteers, changed)
    _points(routes, changed)
    return routes


Decide = Callable[[Account, Principal, datetime], Decision[Account]]
Change = Callable[[str, Command, Decide], Awaitable[Response]]
_REFUSALS = (NotYours, UnknownAggregate, StaleVersion, WasMerged)


def _changing(accounts: Aggregates[Account], volunteers: Aggregates[Volunteer]) -> Change:
    async def changed(id: str, command: Command, decide: Decide) -> Response:
        """Change an account, but not that of a record that ended in a merger: the other record has everything that
        stood on it.
        """
        by = command.principal
        account = (await known(accounts, id, _mine(by))).aggregate
        owner = await volunteers.find(volunteer_id(account.community, account.volunteer))
        merged = owner is not None and owner.aggregate.merged_into is not None

        def decided(account: Account, now: datetime) -> Decision[Account]:
            if merged:
                raise WasMerged()
            return decide(account, by, now)

        return await command.change(accounts, id, decided, account_view, known_to=_mine(by))

    return changed


def _coins(
    routes: APIRouter, accounts: Aggregates[Account], volunteers: Aggregates[Volunteer], changed: Change
) -> None:

    @routes.post(
        "/{id}/payments",
        response_model=AccountView,
        summary="Pay somebody for their time",
        responses=problems(*_REFUSALS, NotEnoughCoins, PayToOneself, HasLeft),
    )
    async def pay(id: Id, body: Pay, command: CommandDep) -> Response:
        """Pay coins from the caller's account to that of another volunteer of the community. A volunteer whose record
        was merged into another one gets them there; nobody pays somebody who has left for good.
        """
        account = (await known(accounts, id, _mine(command.principal))).aggregate
        payee = await last_record(volunteers, account.community, body.to)
        transfer = new_id("transfer")

        def decide(a: Account, by: Principal, now: datetime) -> Decision[Account]:
            if payee is None or payee.erased:
                raise UnknownAggregate(kind=volunteers.kind.name, id=volunteer_id(a.community, body.to))
            if payee.person == a.volunteer:
                raise PayToOneself()
            if payee.left_at is not None:
                raise HasLeft()
            return coins.pay(a, body, transfer, by, now)

        return await changed(id, command, decide)

    @routes.post(
        "/{id}/reversals",
        response_model=AccountView,
        summary="Reverse a payment (staff)",
        responses=problems(*_REFUSALS, NoSuchPayment, ReversedAlready),
    )
    async def reverse(id: Id, body: Reverse, command: CommandDep) -> Response:
        """Reverse a payment from this account, as staff, once. The payment itself stays on record."""
        return await changed(id, command, lambda a, by, now: coins.reverse(a, body, by, now))


def _points(routes: APIRouter, changed: Change) -> None:
    refusals = (*_REFUSALS, OwnAccount)

    @routes.post(
        "/{id}/redemptions",
        response_model=AccountView,
        summary="Record that points were redeemed (staff)",
        responses=problems(*refusals, NotEnoughPoints),
    )
    async def redeem(id: Id, body: Redeem, command: CommandDep) -> Response:
        """Record, as staff, that points were redeemed. They can be given back once."""
        redemption = new_id("redemption")
        return await changed(id, command, lambda a, by, now: points.redeem(a, body, redemption, by, now))

    @routes.post(
        "/{id}/redemptions/give-back",
        response_model=AccountView,
        summary="Give redeemed points back (staff)",
        responses=problems(*refusals, NoSuchRedemption, RedemptionReversed),
    )
    async def give_back(id: Id, body: GiveBackPoints, command: CommandDep) -> Response:
        return await changed(id, command, lambda a, by, now: points.give_back(a, body, by, now))


def _mine(by: Principal) -> Callable[[Account], bool]:
    """A test of accounts: whether `by` is the owner, or staff."""
    return lambda account: account.volunteer == by.sub or known_to(by, Role.STAFF)(account)
