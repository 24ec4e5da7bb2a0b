"""Routes of figures: rates with their samples and intervals, the cases behind each rate, and the formulas in force."""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from services.chassis.clock import Clock
from services.chassis.errors import NotFound, NotYours
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.language import language_of
from services.chassis.http.pages import PageDep, PageView
from services.chassis.http.problems import problems
from services.chassis.principal import Principal, Role
from services.chassis.store.cursor import InvalidCursor
from services.contracts.marks import Code, Id
from services.issues.cases.views import CaseView
from services.issues.reading.api.answering import Answering
from services.issues.reading.api.filters import Day
from services.issues.reading.conditions import Reach
from services.issues.reading.facts import By, local_day
from services.issues.reading.figures import CaseFigures, Line, Period, PeriodTooLong, Step
from services.issues.reading.formulas import Formulas, Kpi, score, wilson
from services.issues.reading.periods import UnknownPeriod, period_of
from services.issues.reading.titles import Titles
from services.issues.shared.natural_order import naturally

BASE = "/api/issues/v1/kpis"
_VALUE = r"^[A-Za-z0-9._~-]*$"


class UnknownFigure(NotFound, code="kpi.unknown", zh="没有“{kpi}”这一指标。", en="There is no figure {kpi}."):
    """The formulas in force have no such code."""


class Counted(StrEnum):
    """The cases behind a figure to list: those that count for its part, or all of its sample."""

    PART = "part"
    SAMPLE = "sample"


class FigureView(BaseModel):
    """One figure. `rate` is `part` over `sample`, null for an empty sample; `low` and `high` bound it with 95 %
    confidence."""

    code: str
    part: int
    sample: int
    rate: float | None
    low: float
    high: float
    sufficient: bool = Field(description="Whether the sample is large enough to be ranked and scored by.")
    part_cases: str = Field(description="Where the cases of `part` are listed.")
    sample_cases: str = Field(description="Where the cases of `sample` are listed.")


class LineView(BaseModel):
    """The figures of one unit, category, group or building, or of all cases, in a period. `value` is "" for cases that
    have none."""

    value: str
    title: str | None = Field(description="In the caller's language.")
    first: date
    last: date
    score: float | None = Field(description="0 to 100, by weights; null where the samples are too small.")
    rank: int | None = Field(description="By score, among those of the same days; null without a score.")
    figures: list[FigureView]


class TableView(BaseModel):
    """Figures of a community. Days are those of China; `last` is never later than today."""

    community: str
    per: By
    step: Step
    first: date
    last: date
    formulas: str = Field(description="The version of the formulas.")
    minimum: int
    lines: list[LineView]


async def _period(
    period: Annotated[str | None, Query(max_length=10, description="2026, 2026-11, 2026-W48 or 2026-11-26.")] = None,
    first: Annotated[Day | None, Query(alias="from")] = None,
    to: Annotated[Day | None, Query()] = None,
) -> Period | None:
    """The period asked for; None for the current month."""
    if period is not None:
        if first is not None or to is not None:
            raise UnknownPeriod()
        return period_of(period)
    if (first is None) != (to is None):
        raise UnknownPeriod()
    return None if first is None or to is None else Period(first, to)


PeriodDep = Annotated[Period | None, Depends(_period)]


def router(counted: CaseFigures, in_force: Formulas, titles: Titles, answering: Answering, clock: Clock) -> APIRouter:
    """The routes of figures, which are made by the formulas `in_force` from the counts in `counted`."""
    routes = APIRouter(prefix=BASE, tags=["reading"])

    @routes.get("/formulas", summary="The formulas in force")
    async def formulas(principal: PrincipalDep) -> Formulas:
        return in_force

    @routes.get("", summary="Figures of a period", responses=problems(NotYours, UnknownPeriod, PeriodTooLong))
    async def table(
        request: Request,
        principal: PrincipalDep,
        asked: PeriodDep,
        community: Annotated[Id, Query()],
        per: Annotated[By, Query(description="What figures are told apart by.")] = By.TOTAL,
        step: Annotated[Step, Query(description="The parts that the period is told in.")] = Step.WHOLE,
    ) -> TableView:
        """Figures for workers, of the current month where no period is given. Figures follow the cases within about a
        second.

        Figures for handling units and operators count public cases alone; figures for the committee count all.
        """
        _require(principal, community)
        period = _past(clock, asked)
        public = not Reach.of(principal, community).inside
        lines = await counted.table(community, in_force, per, period, step, public=public)
        named = await titles.of(per, community, [line.value for line in lines], language_of(request))
        return TableView(
            community=community,
            per=per,
            step=step,
            first=period.first,
            last=period.last,
            formulas=in_force.version,
            minimum=in_force.minimum,
            lines=_ranked(_in_order([_line(line, in_force, community, per, named) for line in lines], per)),
        )

    @routes.get(
        "/{code}/cases",
        response_model=PageView[CaseView],
        summary="The cases behind a figure",
        responses=problems(NotYours, UnknownFigure, UnknownPeriod, PeriodTooLong, InvalidCursor),
    )
    async def cases(
        code: Code,
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        asked: PeriodDep,
        community: Annotated[Id, Query()],
        per: Annotated[By, Query()] = By.TOTAL,
        value: Annotated[str, Query(max_length=64, pattern=_VALUE, description="Unit, category …; empty: none.")] = "",
        which: Annotated[Counted, Query()] = Counted.PART,
    ) -> Response:
        """The cases behind a figure in their present state, those of the latest days first. Handlers and operators are
        shown public cases; handlers also see cases of their own units that are not public, which their figures don't
        count.
        """
        _require(principal, community)
        kpi = _kpi(in_force, code)
        found = await counted.cases(
            community,
            kpi,
            per,
            value,
            _past(clock, asked),
            part=which is Counted.PART,
            seen=Reach.of(principal, community).public(),
            limit=page.limit,
            cursor=page.cursor,
        )
        return await answering.answer(found, principal, request)

    return routes


def _require(by: Principal, community: str) -> None:
    by.require(community, Role.STAFF, Role.SUPERVISOR, Role.GRID_WORKER, Role.HANDLER, Role.OPERATOR)


def _past(clock: Clock, asked: Period | None) -> Period:
    today = local_day(clock())
    return (asked or Period(today.replace(day=1), today)).until(today)


def _kpi(formulas: Formulas, code: str) -> Kpi:
    for kpi in formulas.kpis:
        if kpi.code == code:
            return kpi
    raise UnknownFigure(kpi=code)


def _line(line: Line, formulas: Formulas, community: str, by: By, titles: Mapping[str, str]) -> LineView:
    counted = [(kpi, *line.counted[kpi.code]) for kpi in formulas.kpis]
    return LineView(
        value=line.value,
        title=titles.get(line.value),
        first=line.period.first,
        last=line.period.last,
        score=score(formulas, counted),
        rank=None,
        figures=[_figure(kpi, part, whole, formulas.minimum, line, community, by) for kpi, part, whole in counted],
    )


def _figure(kpi: Kpi, part: int, whole: int, minimum: int, line: Line, community: str, by: By) -> FigureView:
    low, high = wilson(part, whole)
    return FigureView(
        code=kpi.code,
        part=part,
        sample=whole,
        rate=part / whole if whole else None,
        low=low,
        high=high,
        sufficient=whole >= minimum,
        part_cases=_link(kpi, line, community, by, Counted.PART),
        sample_cases=_link(kpi, line, community, by, Counted.SAMPLE),
    )


def _link(kpi: Kpi, line: Line, community: str, by: By, which: Counted) -> str:
    asked = {"community": community, "from": line.period.first, "to": line.period.last, "per": by.value}
    return f"{BASE}/{kpi.code}/cases?{urlencode({**asked, 'value': line.value, 'which': which.value})}"


def _in_order(lines: list[LineView], per: By) -> list[LineView]:
    """The lines of each part of the period in the order of their titles, 9 before 10, where values are ids."""
    if per not in (By.BUILDING, By.UNIT):
        return lines
    return sorted(lines, key=lambda line: (line.first, line.title is None, naturally(line.title or ""), line.value))


def _ranked(lines: list[LineView]) -> list[LineView]:
    """The lines with their ranks; equal scores share one."""
    scores: defaultdict[date, list[float]] = defaultdict(list)
    for line in lines:
        if line.score is not None:
            insort(scores[line.first], line.score)
    for line in lines:
        if line.score is not None:
            known = scores[line.first]
            line.rank = 1 + len(known) - bisect_right(known, line.score)
    return lines
