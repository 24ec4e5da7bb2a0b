"""The filters that lists of cases share."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Depends, Query
from pydantic import Field

from services.contracts.issues import CasePhase, CaseStatus, Channel, Priority
from services.contracts.marks import Code, Id
from services.issues.reading.conditions import Filters
from services.issues.reading.facts import moment_of, number_of

Day = Annotated[date, Field(ge=date(1970, 1, 1), le=date(9990, 12, 31))]
"""A day in China."""


@dataclass(frozen=True, slots=True)
class _Between:
    first: date | None
    last: date | None
    due: date | None


async def _between(
    first: Annotated[Day | None, Query(alias="from", description="Reported on this day in China, or later.")] = None,
    to: Annotated[Day | None, Query(description="Reported on this day in China, or earlier.")] = None,
    due: Annotated[Day | None, Query(description="Something is due on this day in China, or was due earlier.")] = None,
) -> _Between:
    return _Between(first, to, due)


async def case_filters(
    between: Annotated[_Between, Depends(_between)],
    status: Annotated[list[CaseStatus] | None, Query(max_length=len(CaseStatus))] = None,
    category: Annotated[list[Code] | None, Query(max_length=50)] = None,
    group: Annotated[Code | None, Query(description="The category's first level.")] = None,
    building: Annotated[Id | None, Query()] = None,
    unit: Annotated[Id | None, Query(description="The unit that has the case.")] = None,
    priority: Annotated[list[Priority] | None, Query(max_length=len(Priority))] = None,
    channel: Annotated[list[Channel] | None, Query(max_length=len(Channel))] = None,
    overdue: Annotated[bool | None, Query()] = None,
    affected: Annotated[int | None, Query(ge=1, le=1_000_000, description="At least so many people.")] = None,
    phase: Annotated[list[CasePhase] | None, Query(max_length=len(CasePhase))] = None,
    level: Annotated[int | None, Query(ge=1, le=6, description="Late, and gone up to this level or further.")] = None,
    assignee: Annotated[Id | None, Query(description="Who of the unit has taken the case.")] = None,
) -> Filters:
    """The dependency behind FiltersDep."""
    return Filters(
        status=status,
        category=category,
        group=group,
        building=building,
        unit=unit,
        priority=priority,
        channel=channel,
        overdue=overdue,
        affected=affected,
        phase=phase,
        level=level,
        assignee=assignee,
        due_before=None if between.due is None else moment_of(number_of(between.due), end=True),
        since=None if between.first is None else moment_of(number_of(between.first)),
        until=None if between.last is None else moment_of(number_of(between.last), end=True),
    )


FiltersDep = Annotated[Filters, Depends(case_filters)]
