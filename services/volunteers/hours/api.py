"""Hours over HTTP: people read their own, staff read and correct everybody's, and all read a community's total."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known_to
from services.chassis.principal import Role
from services.chassis.store.aggregates import Aggregates, Stored
from services.contracts.marks import Id
from services.volunteers.hours import domain
from services.volunteers.hours.domain import Account, Correct, UnknownEntry, account_id, new_account
from services.volunteers.hours.store import totals as totals_of
from services.volunteers.hours.views import AccountView, TotalsView, account_view
from services.volunteers.needs.domain.serving import TooManyMinutes
from services.volunteers.shared.queries import matching
from services.volunteers.shared.views import Listed, listed

BASE = "/api/volunteers/v1/accounts"


def router(accounts: Aggregates[Account]) -> APIRouter:
    """The routes of accounts."""
    routes = APIRouter(prefix=BASE, tags=["hours"])

    @routes.get("", summary="Everybody's hours", responses=problems(NotYours))
    async def many(
        principal: PrincipalDep,
        page: PageDep,
        community: Annotated[Id, Query()],
        volunteer: Annotated[Id | None, Query()] = None,
    ) -> Listed[AccountView]:
        principal.require(community, Role.STAFF)
        query = matching(community, volunteer=volunteer)
        return listed(await accounts.select(query, limit=page.limit, cursor=page.cursor), account_view)

    @routes.get("/me", summary="My hours", responses=problems(NotYours))
    async def me(principal: PrincipalDep, community: Annotated[Id, Query()]) -> AccountView:
        """Before the first entry, the version is 0."""
        principal.require(community)
        stored = await accounts.find(account_id(community, principal.sub))
        return account_view(stored or Stored(new_account(community, principal.sub), 0))

    @routes.get("/totals", summary="A community's hours")
    async def totals(principal: PrincipalDep, community: Annotated[Id, Query()]) -> TotalsView:
        """The total is open to every signed-in person, whatever their community."""
        found = await totals_of(accounts, community)
        return TotalsView(community=community, minutes=found.minutes, people=found.people)

    @routes.post(
        "/{id}/corrections",
        response_model=AccountView,
        summary="Correct an entry by a further one",
        responses=problems(NotYours, UnknownAggregate, StaleVersion, UnknownEntry, TooManyMinutes),
    )
    async def correct(id: Id, body: Correct, command: CommandDep) -> Response:
        by = command.principal
        return await command.change(
            accounts,
            id,
            lambda account, now: domain.correct(account, body, by, now),
            account_view,
            known_to=lambda account: account.volunteer == by.sub or known_to(by, Role.STAFF)(account),
        )

    return routes
