"""Children over HTTP: guardians enter them, consent, and say who picks them up. Only they and staff learn of them."""

from fastapi import APIRouter, Request, Response

from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.changing import Changing
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.chassis.http.visibility import known
from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Aggregates
from services.contracts.marks import Id
from services.events.children import domain as rules
from services.events.children.domain import ChangePickups, Child, EnterChild, GiveConsent
from services.events.children.store import guarded_by
from services.events.children.views import ChildView

BASE = "/api/events/v1"
_CHANGE = (UnknownAggregate, NotYours, StaleVersion)


def router(children: Aggregates[Child]) -> APIRouter:
    """The routes of children."""
    routes, change = APIRouter(prefix=BASE, tags=["children"]), Changing(children, knows)

    @routes.get("/my/children", summary="The children whose guardian I am", response_model=PageView[ChildView])
    async def mine(request: Request, principal: PrincipalDep, page: PageDep) -> Response:
        found = await children.select(guarded_by(principal.sub), limit=page.limit, cursor=page.cursor)
        return paged(found, ChildView.of, request)

    @routes.get(
        "/children/{id}",
        summary="One child (its guardian, staff)",
        response_model=ChildView,
        responses=problems(UnknownAggregate),
    )
    async def one(id: Id, request: Request, principal: PrincipalDep) -> Response:
        stored = await known(children, id, lambda child: knows(child, principal))
        return etagged(stored, ChildView.of, request)

    @routes.post(
        "/children",
        status_code=201,
        summary="Enter a child (its guardian; staff at the counter)",
        response_model=ChildView,
        responses=problems(NotYours, rules.BornLater),
    )
    async def enter(body: EnterChild, command: CommandDep) -> Response:
        by = command.principal
        return await command.create(
            children, lambda id, now: rules.enter(id, body, by, now), ChildView.of, location=BASE + "/children/{id}"
        )

    @routes.post(
        "/children/{id}/consent",
        summary="Consent to a text for a child (its guardian)",
        response_model=ChildView,
        responses=problems(*_CHANGE, rules.TooManyConsents),
    )
    async def consent(id: Id, body: GiveConsent, command: CommandDep) -> Response:
        return await change(id, command, lambda child, by, now: rules.consent(child, body.text, by, now), ChildView.of)

    @routes.post(
        "/children/{id}/withdraw-consent",
        summary="Withdraw a consent, which gives up the child's coming seats (its guardian)",
        response_model=ChildView,
        responses=problems(*_CHANGE, rules.NoConsent),
    )
    async def withdraw(id: Id, command: CommandDep) -> Response:
        return await change(id, command, lambda child, by, now: rules.withdraw(child, by, now), ChildView.of)

    @routes.post(
        "/children/{id}/pickups",
        summary="Name the people who may pick a child up",
        response_model=ChildView,
        responses=problems(*_CHANGE),
    )
    async def pickups(id: Id, body: ChangePickups, command: CommandDep) -> Response:
        return await change(id, command, lambda child, by, now: rules.pick_up_by(child, body.pickups, by), ChildView.of)

    return routes


def knows(child: Child, by: Principal) -> bool:
    """Whether `by` may know of the child: its guardian and staff do."""
    at_home = child.community in by.communities
    return at_home and (by.sub == child.guardian or by.has(child.community, Role.STAFF))
