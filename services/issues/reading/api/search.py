"""Routes of search and queues: cases are found by their words; a queue begins with the case that is due first."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel

from services.chassis.errors import Invalid, NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.pages import PageDep, PageView, page_of
from services.chassis.http.problems import problems
from services.chassis.principal import Principal, Role
from services.chassis.store.cursor import InvalidCursor
from services.contracts.marks import Id
from services.issues.cases.views import CaseView
from services.issues.places.domain.datum import Datum, GivenPoint
from services.issues.places.domain.places import Place
from services.issues.reading.api.answering import Answering
from services.issues.reading.api.filters import FiltersDep
from services.issues.reading.finding import COUNTED, CaseFinder, CaseSearch, Reach
from services.issues.reading.nearness import Near, around, at_place
from services.issues.reading.questions import LONGEST_QUESTION, NothingToSearch, TooManyTerms, known_as, terms
from services.issues.reading.row import STAFF_DESK, VERIFIERS_DESK, reporter_desk, unit_desk
from services.issues.shared.cache import AggregateCache
from services.issues.vocabulary.vocabularies import Vocabularies

BASE = "/api/issues/v1"


class Desk(StrEnum):
    """Whose work is asked for: the caller's own, the staff's, the verifiers', or a unit's."""

    MINE = "mine"
    STAFF = "staff"
    VERIFY = "verify"
    UNIT = "unit"


class UnitMissing(
    Invalid, code="queue.unit-missing", zh="请指明单位。", en="Name the unit whose queue you ask for (`of`)."
):
    """A queue of a unit is asked for with the unit's id."""


class DeskCount(BaseModel):
    """What waits on one desk. `mine`: to be rated by the caller. `more`: there are more than could be counted."""

    desk: Desk
    unit: str | None
    waiting: int
    overdue: int
    more: bool


class PointHalf(
    Invalid,
    code="search.point-half",
    zh="位置须同时给出经度和纬度。",
    en="A point has a longitude and a latitude.",
):
    """One of the two alone is nowhere."""


@dataclass(frozen=True, slots=True)
class _NearTo:
    place: str | None
    point: GivenPoint | None


async def _near_to(
    near: Annotated[Id | None, Query(description="A place: cases in its building come first.")] = None,
    lon: Annotated[float | None, Query(ge=-180, le=180, description="A point: cases around it come first.")] = None,
    lat: Annotated[float | None, Query(ge=-90, le=90)] = None,
    datum: Annotated[Datum, Query(description="Of the point.")] = Datum.WGS84,
) -> _NearTo:
    if (lon is None) != (lat is None):
        raise PointHalf()
    return _NearTo(near, None if lon is None or lat is None else GivenPoint(lon=lon, lat=lat, datum=datum))


def router(
    finding: CaseFinder, answering: Answering, vocabularies: Vocabularies, places: AggregateCache[Place]
) -> APIRouter:
    """The routes of search and queues. Who searches for a word of `vocabularies` finds those that mean the same, and
    first what is near to one of `places` or to a point."""
    routes = APIRouter(prefix=BASE, tags=["reading"])

    @routes.get(
        "/search",
        response_model=PageView[CaseView],
        summary="Cases by their words",
        responses=problems(NotYours, NothingToSearch, TooManyTerms, InvalidCursor, UnknownAggregate, PointHalf),
    )
    async def search(
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        filters: FiltersDep,
        community: Annotated[Id, Query()],
        q: Annotated[str, Query(min_length=1, max_length=LONGEST_QUESTION, description="Every word must be found.")],
        to: Annotated[_NearTo, Depends(_near_to)],
    ) -> Response:
        """First the cases in which the words stand as they were typed, then those in which something else is found that
        they may mean: a synonym (`GET /synonyms/{community}`), what sounds so (`dianti`, `dt`), a part of a number, a
        last word that is not typed to its end; within both what is near, and the newest first. Width, case,
        traditional characters and ways to write numbers (7层, 七楼, 7F; 3号楼, 三栋) make no difference. A page may
        hold fewer cases than asked for and still have a `next`.

        Everybody searches titles, categories and places of public categories; workers also the words of reports and
        remarks, a handler those of the own units' cases. A case is found about a second after it changed.
        """
        principal.require(community)
        reach = Reach.of(principal, community)
        asked = terms(q, known_as(await vocabularies.of(community)))
        question = CaseSearch(community, asked, reach, filters, await _near(places, community, to))
        found = await finding.search(question, page.limit, page.cursor)
        return await answering.answer(found, principal, request)

    @routes.get(
        "/queue",
        response_model=PageView[CaseView],
        summary="Cases that wait for somebody",
        responses=problems(NotYours, UnitMissing, InvalidCursor),
    )
    async def queue(
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        filters: FiltersDep,
        community: Annotated[Id, Query()],
        desk: Annotated[Desk, Query(description="Whose work.")] = Desk.MINE,
        of: Annotated[Id | None, Query(description="The unit, where `desk` is `unit`.")] = None,
    ) -> Response:
        """The case that is due first comes first. `mine`: to accept and dispatch as staff, to handle for one's units,
        to verify as a supervisor what one has neither reported nor handled, and to rate what one has reported.
        """
        principal.require(community)
        by = await answering.vault.known(principal)
        also = {"$and": [filters.query(), _not_to_verify(by, community) if desk in (Desk.MINE, Desk.VERIFY) else {}]}
        found = await finding.queue(community, _desks(desk, community, of, by), also, page.limit, page.cursor)
        return await answering.answer(found, principal, request)

    @routes.get(
        "/queue/counts",
        response_model=PageView[DeskCount],
        summary="How many cases wait on each of one's desks",
        responses=problems(NotYours),
    )
    async def counts(request: Request, principal: PrincipalDep, community: Annotated[Id, Query()]) -> Response:
        """The desks of `mine`, each with what waits there and what of it is overdue; counted up to a thousand."""
        principal.require(community)
        by = await answering.vault.known(principal)
        own = _own_desks(by, community)
        named = [each for each in own if each.startswith("reporter:")]  # by name, and by alias
        found = [await _count(finding, community, Desk.MINE, named, by)]
        for desk in own[len(named) :]:
            kind = Desk.UNIT if desk.startswith("unit:") else Desk(desk)
            found.append(await _count(finding, community, kind, [desk], by))
        return page_of(found, None, request)

    return routes


async def _near(places: AggregateCache[Place], community: str, to: _NearTo) -> Near | None:
    """Where is near; a place goes before a point.

    Raises:
        UnknownAggregate: there is no such place in the community.
    """
    if to.place is not None:
        place = await places.get(to.place)
        if place.community != community:
            raise UnknownAggregate(kind="place", id=to.place)
        return at_place(place.outer)
    if to.point is None:
        return None
    point = to.point.point()
    return around(point.lon, point.lat)


async def _count(finding: CaseFinder, community: str, desk: Desk, names: Sequence[str], by: Principal) -> DeskCount:
    also = _not_to_verify(by, community) if desk is Desk.VERIFY else {}
    waiting, overdue = await finding.waiting_at(community, names, also)
    return DeskCount(
        desk=desk,
        unit=names[0].partition(":")[2] if desk is Desk.UNIT else None,
        waiting=waiting,
        overdue=overdue,
        more=waiting >= COUNTED,
    )


def _desks(desk: Desk, community: str, unit: str | None, by: Principal) -> Sequence[str]:
    """Raises NotYours where the work is somebody else's, UnitMissing where no unit is named."""
    if desk is Desk.MINE:
        return _own_desks(by, community)
    if desk is Desk.UNIT:
        if unit is None:
            raise UnitMissing()
        theirs = by.has(community, Role.HANDLER) and by.works_for(community, unit)
        if not (by.has(community, Role.STAFF, Role.SUPERVISOR) or theirs):
            raise NotYours()
        return [unit_desk(unit)]
    if not by.has(community, Role.STAFF, Role.SUPERVISOR):
        raise NotYours()
    return [STAFF_DESK if desk is Desk.STAFF else VERIFIERS_DESK]


def _own_desks(by: Principal, community: str) -> list[str]:
    desks = [reporter_desk(name) for name in (by.sub, by.alias) if name is not None]
    if by.has(community, Role.HANDLER):
        desks += [unit_desk(unit) for unit in sorted(by.units_in(community))]
    if by.has(community, Role.STAFF):
        desks.append(STAFF_DESK)
    if by.has(community, Role.SUPERVISOR):
        desks.append(VERIFIERS_DESK)
    return desks


def _not_to_verify(by: Principal, community: str) -> dict[str, Any]:
    """Leaves out what waits to be verified, and not by this person: the rules of `handling` as a condition on rows."""
    names = [name for name in (by.sub, by.alias) if name is not None]
    theirs = [
        {"reporter": {"$in": names}},
        {"handlers": {"$in": names}},
        {"unit": {"$in": sorted(by.units_in(community))}},
    ]
    return {"$nor": [{"desks": VERIFIERS_DESK, "$or": theirs}]}
