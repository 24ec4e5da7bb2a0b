"""What enrolments do on events: each date that is announced gets the registrations of those who come to every date."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date, datetime
from typing import Any

from services.chassis.aggregate import Decision, of_command
from services.chassis.clock import Clock
from services.chassis.store.aggregates import Aggregates, Taken
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.activities import (
    ActivityRegistered,
    ActivityScheduled,
    ActivityWaitlisted,
    ActivityWithdrawn,
    ChildConsentWithdrawn,
    ChildErased,
    EnrolmentChanged,
    EnrolmentDateLeftOut,
    EnrolmentDateTaken,
    EnrolmentEnded,
    EnrolmentMade,
    Leaving,
    Overlap,
    SeriesDateSkipped,
    SeriesEnded,
    SeriesPaused,
)
from services.events.activities.domain.activity import Activity
from services.events.activities.store import BY_START, dates_after, with_person
from services.events.children.domain import Child
from services.events.children.store import named
from services.events.enrolments import calling_off, changing, domain
from services.events.enrolments.domain import Enrolment
from services.events.enrolments.store import BY_TIME, just_before, standing_in, standing_of, standing_with_child
from services.events.registrations.store import Standings
from services.events.series.domain.changing import dates_given_up, dates_without, is_as_told
from services.events.series.domain.series import Series
from services.events.series.reactions import ahead_of

_PAGE = 100


def reactions(
    handlers: Handlers,
    enrolments: Aggregates[Enrolment],
    series: Aggregates[Series],
    activities: Aggregates[Activity],
    children: Aggregates[Child],
    standings: Standings,
    clock: Clock,
) -> None:
    """Put the handlers of this room into the table."""

    @handlers.on(ActivityScheduled)
    async def register_the_enrolled(received: Received[ActivityScheduled]) -> None:
        """Everybody who comes to every date is registered for this one, in the order in which they enrolled. Who had
        enrolled before it was announced knows of it where the rule gives it; who enrolled since is told of it with the
        enrolment."""
        theirs, id, envelope = received.event.series, received.envelope.aggregate_id, received.envelope
        if theirs is None:
            return
        activity = (await activities.get(id)).aggregate
        found = await series.find(theirs)
        on = received.event.occurrence
        as_told = found is not None and is_as_told(found.aggregate, on)
        restored = found is not None and on in found.aggregate.restored
        async for enrolment in _standing(theirs):
            since = enrolment.made_at >= envelope.time
            command = _first_fact(enrolment) if since else envelope.causationid
            await _come(
                activity,
                enrolment,
                received,
                command=command,
                as_told=as_told and not since,
                restored=restored and enrolment.made_at <= envelope.time,
            )

    @handlers.on(EnrolmentMade)
    async def register_for_dates_ahead(received: Received[EnrolmentMade]) -> None:
        """Whoever enrolled just before and is still on the way comes first, so that a rush keeps its order."""
        enrolment = (await enrolments.get(received.envelope.aggregate_id)).aggregate
        before = await enrolments.select(just_before(enrolment), sort=BY_TIME, limit=_PAGE)
        first = [each.aggregate for each in reversed(before.items) if each.version == 1]
        async for activity in ahead_of(activities, enrolment.series, clock()):
            for each in first:
                if activity.party_of(each.person) is None:
                    mark = Taken(received.taken.by, each.id, 1)
                    await _come(activity, each, received, mark, command=_first_fact(each))
            await _come(activity, enrolment, received, command=received.envelope.id)
        await standings.claims.take_back(enrolment.person, enrolment.id, everywhere=True)
        found = await series.find(enrolment.series)
        if found is not None and found.aggregate.called_off:  # while they enrolled: whoever called it off missed them
            await _call_off(enrolment, found.aggregate, received, clock())

    @handlers.on(ActivityWithdrawn)
    async def leave_out_given_up_date(received: Received[ActivityWithdrawn]) -> None:
        """Who gives up one date at the activity itself has left it out, as if they had said so of the series."""
        withdrawn = received.event
        if withdrawn.why in (Leaving.SERIES_LEFT, Leaving.CONSENT_WITHDRAWN):
            return
        activity = await _of_enrolled(withdrawn, received.envelope.aggregate_id)
        if activity is not None and activity.party_of(withdrawn.person) is None:
            await _say(activity, withdrawn.person, domain.gave_up, received)

    @handlers.on(ActivityRegistered)
    async def take_registered_date(received: Received[ActivityRegistered]) -> None:
        """Who registers at the activity itself for a date that they had left out comes on it, as if they had said so
        of the series."""
        await _come_back(received)

    @handlers.on(ActivityWaitlisted)
    async def take_waited_for_date(received: Received[ActivityWaitlisted]) -> None:
        """Who waits for a seat on a date comes on it as well."""
        await _come_back(received)

    @handlers.on(ChildConsentWithdrawn)
    async def end_enrolments_without_consent(received: Received[ChildConsentWithdrawn]) -> None:
        """Whoever consents anew says anew that they come to every date."""
        await _drop(received)

    @handlers.on(ChildErased)
    async def end_enrolments_of_erased_child(received: Received[ChildErased]) -> None:
        await _drop(received)

    @handlers.on(EnrolmentChanged)
    async def change_party_on_dates(received: Received[EnrolmentChanged]) -> None:
        """Each date follows where it can, and keeps its place."""
        enrolment = (await enrolments.get(received.envelope.aggregate_id)).aggregate
        theirs = await named(children, enrolment.children, enrolment.community)
        async for activity in ahead_of(activities, enrolment.series, clock()):
            await activities.change(
                activity.id,
                lambda each, now: of_command(changing.followed(each, enrolment, now, theirs), received.envelope.id),
                received.cause,
                taken=_mark(received.taken, enrolment),
            )

    @handlers.on(EnrolmentDateTaken)
    async def register_for_date(received: Received[EnrolmentDateTaken]) -> None:
        enrolment = (await enrolments.get(received.envelope.aggregate_id)).aggregate
        async for activity in ahead_of(activities, enrolment.series, clock()):
            if activity.occurrence == received.event.on:
                await _come(activity, enrolment, received)

    @handlers.on(EnrolmentDateLeftOut)
    async def give_up_date(received: Received[EnrolmentDateLeftOut]) -> None:
        if received.envelope.causationid is not None:  # it is left out because the seat was given up, or there was none
            return
        enrolment = (await enrolments.get(received.envelope.aggregate_id)).aggregate
        async for activity in ahead_of(activities, enrolment.series, clock()):
            if activity.occurrence == received.event.on:
                await _stay_away(activity.id, enrolment, received)

    @handlers.on(SeriesEnded)
    async def call_off_enrolments(received: Received[SeriesEnded]) -> None:
        """Nobody is enrolled any more in a series that was called off. Its dates tell those who are in them. One that
        keeps the dates that it has named has no others: who would have come to those is told."""
        ended = received.event
        found = (await series.get(received.envelope.aggregate_id)).aggregate
        if not ended.cancels:
            await _call_dates_off(found, dates_given_up(found, ended.at), received)
            return
        async for enrolment in _standing(found.id):
            await _call_off(enrolment, found, received, ended.at)

    @handlers.on(SeriesDateSkipped)
    async def tell_of_skipped_date(received: Received[SeriesDateSkipped]) -> None:
        """A date that has its activity tells of it by itself."""
        if await activities.find(received.event.activity) is None:
            found = (await series.get(received.envelope.aggregate_id)).aggregate
            await _call_dates_off(found, [received.event.on], received)

    @handlers.on(SeriesPaused)
    async def tell_of_paused_dates(received: Received[SeriesPaused]) -> None:
        """Dates that have their activities tell of it by themselves."""
        found = (await series.get(received.envelope.aggregate_id)).aggregate
        await _call_dates_off(found, dates_without(found, received.event.since, received.event.until), received)

    @handlers.on(EnrolmentEnded)
    async def give_up_dates_ahead(received: Received[EnrolmentEnded]) -> None:
        enrolment = (await enrolments.get(received.envelope.aggregate_id)).aggregate
        async for activity in ahead_of(activities, enrolment.series, clock()):
            await _stay_away(activity.id, enrolment, received, received.envelope.id)

    async def _call_off(enrolment: Enrolment, found: Series, received: Received[Any], since: datetime) -> None:
        dates = {**with_person(enrolment.person), **dates_after(found.id, since)}
        untold = not (await activities.select(dates, sort=BY_START, limit=1)).items
        await enrolments.change(
            enrolment.id,
            lambda each, _: of_command(
                calling_off.call_off(each, found, found.reason, untold=untold), received.envelope.id
            ),
            received.cause,
            taken=received.taken,
        )

    async def _call_dates_off(
        found: Series,
        days: Sequence[date],
        received: Received[SeriesDateSkipped] | Received[SeriesPaused] | Received[SeriesEnded],
    ) -> None:
        reason, command = received.event.reason, received.envelope.id
        async for enrolment in _standing(found.id):
            await enrolments.change(
                enrolment.id,
                lambda each, _: of_command(calling_off.call_dates_off(each, found, days, reason), command),
                received.cause,
                taken=received.taken,
            )

    async def _come_back(received: Received[ActivityRegistered] | Received[ActivityWaitlisted]) -> None:
        person = received.event.person
        if received.envelope.causationid is not None:  # what follows from an enrolment says nothing of it
            return
        activity = await _of_enrolled(received.event, received.envelope.aggregate_id)
        party = None if activity is None else activity.party_of(person)
        if activity is not None and party is not None:
            since = party.registered_at
            await _say(activity, person, lambda each, on, _: domain.came_back(each, on, since), received)

    async def _of_enrolled(
        said: ActivityRegistered | ActivityWaitlisted | ActivityWithdrawn, id: str
    ) -> Activity | None:
        """The activity `id`, about which `said` tells, if it is a date of a series and its person is enrolled in some
        series."""
        if said.series is None and "series" in said.model_fields_set:  # facts of old don't say it
            return None
        theirs = await enrolments.select(standing_of(said.person), limit=1)
        return (await activities.get(id)).aggregate if theirs.items else None

    async def _say(
        activity: Activity,
        person: str,
        said: Callable[[Enrolment, date, datetime], Decision[Enrolment]],
        received: Received[Any],
    ) -> None:
        """Change the enrolment of `person` in the series of `activity` by the rule `said`, for that date."""
        on = activity.occurrence
        theirs = await enrolments.select(standing_of(person), limit=_PAGE)
        for stored in theirs.items:
            if on is not None and stored.aggregate.series == activity.series:
                await enrolments.change(
                    stored.aggregate.id, lambda each, now: said(each, on, now), received.cause, taken=received.taken
                )

    async def _drop(received: Received[ChildConsentWithdrawn] | Received[ChildErased]) -> None:
        child = received.envelope.aggregate_id
        theirs = await enrolments.select(standing_with_child(child), limit=_PAGE)
        for stored in theirs.items:
            await enrolments.change(
                stored.aggregate.id,
                lambda each, _: domain.drop_child(each, child),
                received.cause,
                taken=received.taken,
            )

    async def _come(
        activity: Activity,
        enrolment: Enrolment,
        received: Received[Any],
        mark: Taken | None = None,
        *,
        command: str | None = None,
        as_told: bool = False,
        restored: bool = False,
    ) -> None:
        if await _is_elsewhere(activity, enrolment):
            on, by = activity.day if activity.occurrence is None else activity.occurrence, received.taken
            await enrolments.change(
                enrolment.id,
                lambda each, now: domain.gave_up(each, on, now),
                received.cause,
                taken=Taken(f"{by.by}.{activity.id}", by.source, by.sequence),
            )
            return
        theirs = await named(children, enrolment.children, enrolment.community)
        await activities.change(
            activity.id,
            lambda each, now: of_command(
                domain.come(each, enrolment, now, theirs, as_told=as_told, restored=restored), command
            ),
            received.cause,
            taken=_mark(mark or received.taken, enrolment),
        )
        lately = (await enrolments.get(enrolment.id)).aggregate
        came = enrolment.stands and activity.occurrence not in enrolment.left_out
        if came and (
            not lately.stands or activity.occurrence in lately.left_out
        ):  # they left meanwhile: that found no seat yet
            await _stay_away(activity.id, enrolment, received, command, left="left")

    async def _is_elsewhere(activity: Activity, enrolment: Enrolment) -> bool:
        """Whether the date takes nobody who has something else at that time, and the person has by now."""
        refuses = activity.details.terms.overlapping is Overlap.REFUSED
        if not refuses or activity.party_of(enrolment.person) is not None:
            return False
        if not enrolment.stands or activity.occurrence in enrolment.left_out:
            return False
        return bool((await standings.of(enrolment.person, activity, clock())).overlapping)

    async def _stay_away(
        activity: str, enrolment: Enrolment, received: Received[Any], command: str | None = None, left: str = ""
    ) -> None:
        mark = _mark(received.taken, enrolment)
        await activities.change(
            activity,
            lambda each, now: of_command(domain.stay_away(each, enrolment, now), command),
            received.cause,
            taken=Taken(f"{mark.by}{left and '.' + left}", mark.source, mark.sequence),
        )

    async def _standing(series: str) -> AsyncIterator[Enrolment]:
        cursor: str | None = None
        while True:
            page = await enrolments.select(
                standing_in(series), sort=BY_TIME, descending=False, limit=_PAGE, cursor=cursor
            )
            for stored in page.items:
                yield stored.aggregate
            if (cursor := page.next) is None:
                return


def _first_fact(enrolment: Enrolment) -> str:
    """The id of the fact that somebody enrolled for the first time."""
    return f"{enrolment.id}.1"


def _mark(mark: Taken, enrolment: Enrolment) -> Taken:
    """The mark of one enrolment's effect: an activity takes those of many from the event that announced it."""
    return Taken(f"{mark.by}.{enrolment.id}", mark.source, mark.sequence)
