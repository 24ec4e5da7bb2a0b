"""The call list over HTTP, for the office and its grid workers alone: as data, as a sheet, and what came of a call."""

from datetime import datetime

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from services.chassis.clock import Clock
from services.chassis.errors import NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.language import LanguageDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known_to
from services.chassis.store.aggregates import Aggregates, Stored
from services.contracts.marks import Id
from services.notify.knowledge.names import Names
from services.notify.knowledge.store import Knowledge
from services.notify.notices.call_sheet import Call, call_sheet
from services.notify.notices.domain.calls import CALLERS, CallOutcome, NotOnTheList, called
from services.notify.notices.domain.notice import Notice
from services.notify.notices.store import on_the_call_list
from services.notify.notices.wording import Wording
from services.notify.persons.domain.person import Person
from services.notify.shared.paper import drawing

BASE = "/api/notify/v1/calls"
_ON_A_SHEET = 200


class CallView(BaseModel):
    """Somebody who is to be told by voice: where they live, their phone if there is one, and what to say."""

    id: str
    person: str
    building: str | None
    phone: str | None
    words: str
    tried: int
    since: datetime | None


class Called(BaseModel):
    """What came of a call."""

    model_config = ConfigDict(extra="forbid")

    outcome: CallOutcome


class Lists:
    """Makes the list of a community of its notices."""

    def __init__(
        self, notices: Aggregates[Notice], persons: Aggregates[Person], wording: Wording, knowledge: Knowledge
    ) -> None:
        self._notices = notices
        self._persons = persons
        self._wording = wording
        self._knowledge = knowledge

    async def views(self, community: str, found: list[Stored[Notice]], language: str) -> dict[str, CallView]:
        """The calls of `found`, by id, in the words that the caller reads."""
        await self._wording.ready([community])
        people = await self._persons.find_each({stored.aggregate.recipient for stored in found})
        return {
            stored.aggregate.id: await self._view(stored.aggregate, people.get(stored.aggregate.recipient), language)
            for stored in found
        }

    async def _view(self, notice: Notice, person: Person | None, language: str) -> CallView:
        building = None if person is None or person.gone else person.home.building
        words = self._wording.words(notice, language)
        return CallView(
            id=notice.id,
            person=notice.recipient,
            building=None if building is None else (await self._knowledge.place(building)).title or building,
            phone=None if person is None or person.gone else person.addresses.phone,
            words=f"{words.subject}\n{words.body}".strip(),
            tried=notice.attempts,
            since=notice.accepted_at,
        )


def router(notices: Aggregates[Notice], lists: Lists, names: Names, clock: Clock) -> APIRouter:
    """The routes of the call list."""
    routes = APIRouter(tags=["calls"])
    theirs = problems(NotYours)

    @routes.get(
        "/api/notify/v1/communities/{community}/calls",
        response_model=PageView[CallView],
        summary="The call list: people who are told by telephone",
        responses=theirs,
    )
    async def many(
        community: Id, request: Request, principal: PrincipalDep, page: PageDep, language: LanguageDep
    ) -> Response:
        principal.require(community, *CALLERS)
        query = on_the_call_list(community, clock())
        found = await notices.select(query, limit=page.limit, cursor=page.cursor)
        views = await lists.views(community, found.items, language)
        return paged(found, lambda stored: views[stored.aggregate.id], request)

    @routes.get(
        "/api/notify/v1/communities/{community}/calls/sheet",
        response_class=Response,
        summary="The call list as a sheet to print (PDF)",
        responses={200: {"content": {"application/pdf": {}}, "description": "At most 200 calls."}, **theirs},
    )
    async def sheet(community: Id, principal: PrincipalDep, language: LanguageDep) -> Response:
        principal.require(community, *CALLERS)
        found = await notices.select(on_the_call_list(community, clock()), descending=False, limit=_ON_A_SHEET)
        views = (await lists.views(community, found.items, language)).values()
        calls = [Call(v.person, v.building or "", v.phone or "", v.words, v.tried) for v in views]
        calls.sort(key=lambda call: (call.building, call.person))
        pdf = await drawing(call_sheet, calls, names.community(community, language), language, clock())
        headers = {"Cache-Control": "private, no-store", "Content-Disposition": 'inline; filename="calls.pdf"'}
        return Response(pdf, media_type="application/pdf", headers=headers)

    @routes.post(
        f"{BASE}/{{id}}/outcome",
        response_model=Called,
        summary="Record the outcome of a call",
        responses=problems(NotYours, UnknownAggregate, NotOnTheList),
    )
    async def outcome(id: Id, body: Called, command: CommandDep) -> Response:
        by = command.principal
        return await command.change(
            notices,
            id,
            lambda notice, now: called(notice, body.outcome, by, now),
            lambda _: body,
            known_to=known_to(by, *CALLERS),
        )

    return routes
