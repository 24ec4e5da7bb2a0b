"""Previews of series over HTTP: whom it would affect if a date was skipped or restored, or if a series paused, changed
or ended. Nothing is saved.

Each route answers with an `Effect` for each date. Dates that are no activities yet follow the others, the first 60 of
them, with those who are `enrolled` in them.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from fastapi import APIRouter

from services.chassis.clock import Clock
from services.chassis.errors import NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known, known_to
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates
from services.contracts.marks import Id
from services.events.activities.domain import ending
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.changing import Effect, effect
from services.events.activities.domain.formalities import Formalities, FormalitiesMissing
from services.events.activities.domain.requests import PriorityUnexplained, TermsUnclear, WindowEmpty
from services.events.activities.domain.scheduling import AgesEmpty
from services.events.pictures.store import NoSuchPicture
from services.events.series.domain import changing, reach
from services.events.series.domain import series as rules
from services.events.series.domain.requests import ChangeSeries, EndSeries, PauseSeries, RestoreDate, SkipDate
from services.events.series.domain.series import NoSuchDate, Series, SeriesEndedAlready
from services.events.series.previewing import EnrolledIn, beyond, coming_to
from services.events.series.reactions import ahead_of, cancelled_on
from services.events.series.revising import revising

_REFUSED = (UnknownAggregate, NotYours, SeriesEndedAlready)
_TERMS = (TermsUnclear, PriorityUnexplained, WindowEmpty, AgesEmpty, FormalitiesMissing, NoSuchPicture)


def previews(
    routes: APIRouter,
    series: Aggregates[Series],
    activities: Aggregates[Activity],
    formalities: Formalities,
    enrolled: EnrolledIn,
    clock: Clock,
) -> None:
    """Put the previews among `routes`."""

    async def seen(id: str, by: Principal) -> Series:
        return (await known(series, id, known_to(by))).aggregate

    async def dropped(id: str, now: datetime, falls_out: Callable[[date], bool]) -> list[Effect]:
        """The effect on activities of dates that fall out: they are cancelled."""
        return [
            effect(each, ending.drop(each, now, None))
            async for each in ahead_of(activities, id, now)
            if each.occurrence is not None and falls_out(each.occurrence)
        ]

    @routes.post(
        "/{id}/skip/preview",
        summary="Preview the people whom skipping a date would affect; nothing is saved",
        responses=problems(*_REFUSED, NoSuchDate, changing.TooManyChanges),
    )
    async def preview_skip(id: Id, body: SkipDate, principal: PrincipalDep) -> list[Effect]:
        """A date that was skipped before affects nobody."""
        found, now = await seen(id, principal), clock()
        if not changing.skip(found, body.on, principal, now, body.reason).events:
            return []
        if named := await dropped(id, now, lambda on: on == body.on):
            return named
        day_after = body.on + timedelta(days=1)
        return beyond(found, await enrolled(id), now, since=body.on, until=day_after, told=("cancelled",))

    @routes.post(
        "/{id}/pause/preview",
        summary="Preview the dates and people that a pause would affect; nothing is saved",
        responses=problems(*_REFUSED, reach.PauseEndsBeforeItBegins, reach.PauseTooLong, changing.TooManyChanges),
    )
    async def preview_pause(id: Id, body: PauseSeries, principal: PrincipalDep) -> list[Effect]:
        """A pause that stands already affects nobody."""
        found, now = await seen(id, principal), clock()
        if not changing.pause(found, body.since, body.until, principal, now, body.reason).events:
            return []
        named = await dropped(id, now, lambda on: body.since <= on < body.until)
        later = beyond(found, await enrolled(id), now, since=body.since, until=body.until, told=("cancelled",))
        return [*named, *later]

    @routes.post(
        "/{id}/restore/preview",
        summary="Preview the people who would come to a date that is restored; nothing is saved",
        responses=problems(*_REFUSED, NoSuchDate, changing.NotSkipped, rules.DateTaken, changing.TooManyChanges),
    )
    async def preview_restore(id: Id, body: RestoreDate, principal: PrincipalDep) -> list[Effect]:
        """Those who are enrolled are registered for it. All others register anew."""
        found, now = await seen(id, principal), clock()
        cancelled = await cancelled_on(series, activities, id, body.on)
        restored = changing.restore(found, body.on, principal, now, cancelled).aggregate
        again = restored.occurrence_on(body.on)
        return [] if again is None else coming_to([again], await enrolled(id), told=("registered",))

    @routes.post(
        "/{id}/change/preview",
        summary="Preview the dates and people that a change would affect; nothing is saved",
        responses=problems(*_REFUSED, NoSuchDate, changing.TooManyChanges, *_TERMS),
    )
    async def preview_change(id: Id, body: ChangeSeries, principal: PrincipalDep) -> list[Effect]:
        found, now = await seen(id, principal), clock()
        revised = revising(body, principal, formalities)(found, now).aggregate
        if len(revised.revisions) == len(found.revisions):
            return []
        revision = revised.revisions[-1]
        ahead = [each async for each in ahead_of(activities, id, now)]
        about = [each for each in ahead if each.occurrence is not None and revision.holds(each.occurrence)]
        named = [effect(each, changing.conform(each, revised, revision, now)) for each in about]
        later = beyond(revised, await enrolled(id), now, since=revision.since, until=revision.until)
        return [*named, *later]

    @routes.post(
        "/{id}/end/preview",
        summary="Preview the dates and people that the end of a series would affect; nothing is saved",
        responses=problems(*_REFUSED),
    )
    async def preview_end(id: Id, principal: PrincipalDep, body: EndSeries | None = None) -> list[Effect]:
        found, now, asked = await seen(id, principal), clock(), body or EndSeries()
        rules.end(found, principal, now, cancels=asked.cancels, reason=asked.reason)
        later = beyond(found, await enrolled(id), now, told=("cancelled",))
        if not asked.cancels:
            return later
        return [*await dropped(id, now, lambda _: True), *later]
