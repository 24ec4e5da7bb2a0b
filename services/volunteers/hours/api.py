"""Hours over HTTP: people read their own, staff read and correct everybody's, and all read a community's total."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from services.chassis.aggregate import new_id
from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
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
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
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

    @routes.post(
        "/{id}/corrections",
        response_model=AccountView,
        summary="Correct an entry by a further one",
        responses=problems(
            NotYours, UnknownAggregate, StaleVersion, UnknownEntry, TooManyMinutes, NotGivenYet, OwnAccount
        ),
    )
    async def correct(id: Id, body: Correct, command: CommandDep) -> Response:
        by = command.principal
        return await command.change(
            accounts,
            id,
            lambda account, now: ledger.correct(account, body, by, now, settings.coin_caps, settings.point_rules),
            account_view,
            known_to=_mine(by),
        )

    _coins(routes, accounts, volunteers)
    _points(routes, accounts)
    return routes


def _coins(routes: APIRouter, accounts: Aggregates[Account], volunteers: Aggregates[Volunteer]) -> None:
    refusals = (NotYours, UnknownAggregate, StaleVersion)

    @routes.post(
        "/{id}/payments",
        response_model=AccountView,
        summary="Pay somebody for their time",
        responses=problems(*refusals, NotEnoughCoins, PayToOneself),
    )
    async def pay(id: Id, body: Pay, command: CommandDep) -> Response:
        """Pay coins from the caller's account to that of another volunteer of the community."""
        by = command.principal
        account = (await known(accounts, id, _mine(by))).aggregate
        await volunteers.get(volunteer_id(account.community, body.to))
        transfer = new_id("transfer")
        return await command.change(
            accounts, id, lambda a, now: coins.pay(a, body, transfer, by, now), account_view, known_to=_mine(by)
        )

    @routes.post(
        "/{id}/reversals",
        response_model=AccountView,
        summary="Reverse a payment (staff)",
        responses=problems(*refusals, NoSuchPayment, ReversedAlready),
    )
    async def reverse(id: Id, body: Reverse, command: CommandDep) -> Response:
        """Reverse a payment from this account, as staff, once. The payment itself stays on record."""
        by = command.principal
        return await command.change(
            accounts, id, lambda a, now: coins.reverse(a, body, by, now), account_view, known_to=_mine(by)
        )


def _points(routes: APIRouter, accounts: Aggregates[Account]) -> None:
    refusals = (NotYours, UnknownAggregate, StaleVersion, OwnAccount)

    @routes.post(
        "/{id}/redemptions",
        response_model=AccountView,
        summary="Record that points were redeemed (staff)",
        responses=problems(*refusals, NotEnoughPoints),
    )
    async def redeem(id: Id, body: Redeem, command: CommandDep) -> Response:
        """Record, as staff, that points were redeemed. They can be given back once."""
        by, redemption = command.principal, new_id("redemption")
        return await command.change(
            accounts, id, lambda a, now: points.redeem(a, body, redemption, by, now), account_view, known_to=_mine(by)
        )

    @routes.post(
        "/{id}/redemptions/give-back",
        response_model=AccountView,
        summary="Give redeemed points back (staff)",
        responses=problems(*refusals, NoSuchRedemption, RedemptionReversed),
    )
    async def give_back(id: Id, body: GiveBackPoints, command: CommandDep) -> Response:
        by = command.principal
        return await command.change(
            accounts, id, lambda a, now: points.give_back(a, body, by, now), account_view, known_to=_mine(by)
        )


def _mine(by: Principal) -> Callable[[Account], bool]:
    """A test of accounts: whether `by` is the owner, or staff."""
    return lambda account: account.volunteer == by.sub or known_to(by, Role.STAFF)(account)
