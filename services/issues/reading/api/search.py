"""Routes of search and queues: search finds cases by their words; a queue lists the case that is due first at its
top."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from services.chassis.errors import Invalid, NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.language import language_of
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
from services.issues.reading.conditions import CaseSearch, Reach
from services.issues.reading.finding import COUNTED, CaseFinder
from services.issues.reading.nearness import Near, around, at_place
from services.issues.reading.questions import LONGEST_QUESTION, NothingToSearch, TooManyTerms, known_as, terms
from services.issues.reading.row import STAFF_DESK, VERIFIERS_DESK, reporter_desk, unit_desk
from services.issues.reading.titles import Titles
from services.issues.shared.cache import AggregateCache
from services.issues.vocabulary.vocabularies import Vocabularies

BASE = "/api/issues/v1"


class Desk(StrEnum):
    """The desk whose waiting cases are asked for: the caller's own, the staff's, the verifiers', or a unit's."""

    MINE = "mine"
    STAFF = "staff"
    VERIFY = "verify"
    UNIT = "unit"


class UnitMissing(
    Invalid, code="queue.unit-missing", zh="请指明单位。", en="Name the unit whose queue you ask for (`of`)."
):
    """The queue of a unit is asked for without the unit's id."""


class DeskCount(BaseModel):
    """The number of cases that wait on one desk. `mine` is the desk of cases that the caller is to rate. `more`: there
    are more than were counted."""

    desk: Desk
    unit: str | None
    title: str | None = Field(default=None, description="What the unit is called, in the caller's language.")
    waiting: int
    overdue: int
    more: bool


class PointHalf(
    Invalid,
    code="search.point-half",
    zh="位置须同时给出经度和纬度。",
    en="A point has a longitude and a latitude.",
):
    """Only one of the point's two coordinates is given."""


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


def router(finding: CaseFinder, answering: Answering, vocabularies: Vocabularies, titles: Titles) -> APIRouter:
    """The routes of search and queues. A search for a word also finds its synonyms in `vocabularies`, and lists first
    the cases near a place or a point."""
    routes = APIRouter(prefix=BASE, tags=["reading"])

    @routes.get(
        "/search",
        response_model=PageView[CaseView],
        summary="Search cases by their words",
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
        """Cases by their words. First come the cases in which the words stand as they were typed, then those with
        something else that the words may mean: a synonym (`GET /synonyms/{community}`), characters of that sound
        (`dianti`, `dt`), a part of a number, the end of a last word that is not typed to its end. In both groups near
        cases come first, and then the newest. Width, case, traditional characters and ways to write numbers (7层, 七楼,
        7F; 3号楼, 三栋) make no difference. A page may hold fewer cases than asked for and still have a `next`.

        Everybody searches titles, categories and places of cases in public categories. Workers also search the words of
        reports and remarks; a handler does so in cases of the own units. A case is found about a second after it
        changed.
        """
        principal.require(community)
        reach = Reach.of(principal, community)
        asked = terms(q, known_as(await vocabularies.of(community), await titles.every_category(community)))
        question = CaseSearch(community, asked, reach, filters, await _near(titles.places, community, to))
        found = await finding.search(question, page.limit, page.cursor)
        return await answering.answer(found, principal, request)

    @routes.get(
        "/queue",
        response_model=PageView[CaseView],
        summary="The queue of cases that wait on a desk",
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
        """Cases that wait on a desk, the one that is due first at the top. `mine` holds the cases that the caller is to
        accept and dispatch as staff, to handle for the own units, to verify as a supervisor (who has neither reported
        nor handled them), and to rate as their reporter.
        """
        principal.require(community)
        by = await answering.vault.known(principal)
        also = {"$and": [filters.query(), _not_to_verify(by, community) if desk in (Desk.MINE, Desk.VERIFY) else {}]}
        found = await finding.queue(community, _desks(desk, community, of, by), also, page.limit, page.cursor)
        return await answering.answer(found, principal, request)

    @routes.get(
        "/queue/counts",
        response_model=PageView[DeskCount],
        summary="The number of cases on each of one's desks",
        responses=problems(NotYours),
    )
    async def counts(request: Request, principal: PrincipalDep, community: Annotated[Id, Query()]) -> Response:
        """The desks of `mine`, each with the number of cases that wait there and are overdue, counted up to a
        thousand."""
        principal.require(community)
        by = await answering.vault.known(principal)
        own = _own_desks(by, community)
        named = [each for each in own if each.startswith("reporter:")]  # under the caller's id, and under their alias
        units = await titles.of_units(by.units_in(community), language_of(request))
        found = [await _count(finding, community, Desk.MINE, named, by, units)]
        for desk in own[len(named) :]:
            kind = Desk.UNIT if desk.startswith("unit:") else Desk(desk)
            found.append(await _count(finding, community, kind, [desk], by, units))
        return page_of(found, None, request)

    return routes


async def _near(places: AggregateCache[Place], community: str, to: _NearTo) -> Near | None:
    """The condition on near cases: those at the place `to` names or, without one, around its point. None where neither
    is given.

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


async def _count(
    finding: CaseFinder, community: str, desk: Desk, names: Sequence[str], by: Principal, units: Mapping[str, str]
) -> DeskCount:
    """The count of one desk. `units`: the titles of the caller's units."""
    also = _not_to_verify(by, community) if desk is Desk.VERIFY else {}
    waiting, overdue = await finding.waiting_at(community, names, also)
    unit = names[0].partition(":")[2] if desk is Desk.UNIT else None
    return DeskCount(
        desk=desk,
        unit=unit,
        title=None if unit is None else units.get(unit),
        waiting=waiting,
        overdue=overdue,
        more=waiting >= COUNTED,
    )


def _desks(desk: Desk, community: str, unit: str | None, by: Principal) -> Sequence[str]:
    """The desks that `desk` means for the caller. Raises NotYours where the work is somebody else's, UnitMissing where
    no unit is named."""
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
    """The condition on rows that leaves out cases which `by` may not verify, by the rules of `handling`."""
    names = [name for name in (by.sub, by.alias) if name is not None]
    theirs = [
        {"reporter": {"$in": names}},
        {"handlers": {"$in": names}},
        {"unit": {"$in": sorted(by.units_in(community))}},
    ]
    return {"$nor": [{"desks": VERIFIERS_DESK, "$or": theirs}]}
