"""What the facts of others make notify do: remember, tell, erase; and the copies of public state for the board."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Erasing
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts import activities as a
from services.contracts import issues as i
from services.contracts import volunteers as v
from services.contracts.notices import NoticeKind, PersonErasureRequested
from services.notify.knowledge import reactions as facts
from services.notify.knowledge.domain import ActivityKnown
from services.notify.notices.domain.notice import Notice, Particulars, withhold
from services.notify.notices.store import COPIES, Facts, Notices
from services.notify.notices.telling import Telling
from services.notify.persons import belonging
from services.notify.persons.domain.person import Person, take_answer

_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Desk:
    """What the handlers work with. `lead`: how long before its start somebody is reminded of an activity."""

    telling: Telling
    facts: Facts
    notices: Aggregates[Notice]
    persons: Aggregates[Person]
    lead: timedelta
    erasing: Erasing


def reactions(table: Handlers, desk: Desk) -> None:
    """Put the handlers of this service into the table."""
    _remember(table)
    belonging.remember(table)
    _mirror(table)
    _about_cases(table, desk)
    _about_the_time_of_cases(table, desk)
    _about_wishes(table, desk)
    _about_what_is_withheld(table, desk)
    _about_seats_at_activities(table, desk)
    _about_changes_of_activities(table, desk)
    _about_offers(table, desk)
    _about_released_seats(table, desk)
    _erase(table, desk)


def _remember(table: Handlers) -> None:
    table.write(i.CaseReported, i.CaseAccepted, i.CaseAnonymised, i.CaseShown, collection=facts.SUBJECTS)(facts.case)
    table.write(i.CaseWithheld, collection=facts.SUBJECTS)(facts.case_withheld)
    table.write(i.CaseMerged, i.CaseMergeMoved, i.CaseUnmerged, collection=facts.SUBJECTS)(facts.merger)
    table.write(i.SupportGiven, i.SupportWithdrawn, collection=facts.SUPPORTERS)(facts.supporter)
    table.write(i.WishProposed, i.WishAnonymised, i.WishShown, collection=facts.SUBJECTS)(facts.wish)
    table.write(i.WishHidden, collection=facts.SUBJECTS)(facts.wish_hidden)
    table.write(v.NeedOpened, v.NeedMoved, collection=facts.SUBJECTS)(facts.need)
    table.write(a.ActivityScheduled, a.ActivityMoved, collection=facts.SUBJECTS)(facts.activity)
    table.write(a.ActivityStaffed, a.ActivityUnderstaffed, a.ActivityPersonErased, collection=facts.STAFFINGS)(
        facts.staffing
    )
    table.write(
        a.ActivityRegistered,
        a.ActivityPromoted,
        a.ActivityWaitlisted,
        a.ActivityWithdrawn,
        collection=facts.ATTENDANCES,
    )(facts.attendance)


def _mirror(table: Handlers) -> None:
    table.copy(i.PlaceState, COPIES["places"])
    table.copy(i.RoundState, COPIES["rounds"])
    table.copy(i.VisitState, COPIES["visits"])
    table.copy(i.CaseState, COPIES["cases"])
    table.copy(i.WishState, COPIES["wishes"])
    table.copy(a.ActivityState, COPIES["activities"])
    table.copy(v.VolunteerState, COPIES["volunteers"])
    table.copy(v.TeamState, COPIES["teams"])
    table.copy(v.AccountState, COPIES["accounts"])


def _about_cases(table: Handlers, desk: Desk) -> None:
    @table.on(i.CaseDispatched)
    async def tell_of_dispatch(received: Received[i.CaseDispatched]) -> None:
        known = await desk.facts.case(received.envelope.aggregate_id)
        about = known.particulars().model_copy(update={"due_at": received.event.due_at})
        await _tell_all(desk, received, known.reporter, NoticeKind.CASE_DISPATCHED, about)

    @table.on(i.CaseMerged)
    async def tell_of_merger(received: Received[i.CaseMerged]) -> None:
        known = await desk.facts.case(received.envelope.aggregate_id)
        about = known.particulars().model_copy(update={"merged": True})
        await desk.telling.supersede(received, NoticeKind.CASE_DISPATCHED)
        await _tell_all(desk, received, known.reporter, NoticeKind.CASE_DISPATCHED, about)

    @table.on(i.CaseRejected)
    async def tell_of_rejection(received: Received[i.CaseRejected]) -> None:
        known = await desk.facts.case(received.envelope.aggregate_id)
        about = known.particulars().model_copy(update={"text": received.event.reason})
        await _tell_all(desk, received, known.reporter, NoticeKind.CASE_REJECTED, about)

    @table.on(i.CaseVerified)
    async def tell_of_verification(received: Received[i.CaseVerified]) -> None:
        known = await desk.facts.case(received.envelope.aggregate_id)
        await desk.telling.supersede(received, NoticeKind.CASE_DISPATCHED)
        await _tell_all(desk, received, received.event.reporter, NoticeKind.CASE_VERIFIED, known.particulars())


def _about_the_time_of_cases(table: Handlers, desk: Desk) -> None:
    @table.on(i.CasePaused)
    async def forget_deadline(received: Received[i.CasePaused]) -> None:
        """What was promised holds no longer; who has not read it yet is not told."""
        await desk.telling.supersede(received, NoticeKind.CASE_DISPATCHED)

    @table.on(i.CaseExtended)
    async def tell_of_extension(received: Received[i.CaseExtended]) -> None:
        await _tell_of_deadline(desk, received, received.event.due_at)

    @table.on(i.CaseResumed)
    async def tell_of_resumption(received: Received[i.CaseResumed]) -> None:
        await _tell_of_deadline(desk, received, received.event.due_at)


async def _tell_of_deadline(desk: Desk, received: Received[Any], due_at: datetime | None) -> None:
    """The unit has the case until another time than the reporter was told."""
    known = await desk.facts.case(received.envelope.aggregate_id)
    await desk.telling.supersede(received, NoticeKind.CASE_DISPATCHED)
    about = known.particulars().model_copy(update={"due_at": due_at})
    await _tell_all(desk, received, known.reporter, NoticeKind.CASE_DISPATCHED, about)


def _about_wishes(table: Handlers, desk: Desk) -> None:
    @table.on(i.WishAnswered)
    async def tell_of_answer(received: Received[i.WishAnswered]) -> None:
        known = await desk.facts.wish(received.envelope.aggregate_id)
        accepted = received.event.status is i.WishStatus.ACCEPTED
        about = known.particulars().model_copy(update={"text": received.event.answer, "accepted": accepted})
        await _tell_all(desk, received, received.event.proposer, NoticeKind.WISH_ANSWERED, about)


def _about_what_is_withheld(table: Handlers, desk: Desk) -> None:
    """Of a case that is not for everybody no fact says whose it is: who reported it follows it in the API of issues."""

    async def fall_silent(received: Received[i.CaseWithheld | i.WishHidden]) -> None:
        """What waits is not sent, no topic speaks of what was, and nobody is remembered who stood behind it."""
        subject, version = received.envelope.aggregate_id, received.envelope.sequence
        async for id in Notices(desk.notices).about(subject):
            await desk.notices.change(id, lambda notice, _: withhold(notice, version), received.cause)
        if isinstance(received.event, i.CaseWithheld):
            await desk.facts.forget_supporters(subject)

    for withheld in (i.CaseWithheld, i.WishHidden):
        table.on(withheld)(fall_silent)


def _about_seats_at_activities(table: Handlers, desk: Desk) -> None:
    @table.on(a.ActivityRegistered)
    async def confirm_registration(received: Received[a.ActivityRegistered]) -> None:
        await _confirm(desk, received, NoticeKind.REGISTRATION_CONFIRMED)

    @table.on(a.ActivityPromoted)
    async def confirm_promotion(received: Received[a.ActivityPromoted]) -> None:
        await _confirm(desk, received, NoticeKind.REGISTRATION_PROMOTED)

    @table.on(a.ActivityWithdrawn)
    async def forget_reminder(received: Received[a.ActivityWithdrawn]) -> None:
        await desk.telling.supersede(received, NoticeKind.ACTIVITY_REMINDER, [received.event.person])


def _about_changes_of_activities(table: Handlers, desk: Desk) -> None:
    @table.on(a.ActivityMoved)
    async def tell_of_move(received: Received[a.ActivityMoved]) -> None:
        known = await desk.facts.activity(received.envelope.aggregate_id)
        moved = received.event
        about = known.particulars().model_copy(
            update={
                "starts_at": moved.starts_at,
                "ends_at": moved.ends_at,
                "venue": moved.venue,
                "previous_starts_at": moved.previous_starts_at,
            }
        )
        await desk.telling.supersede(received, NoticeKind.ACTIVITY_REMINDER)
        seated, everybody = await _concerned(desk, received)
        for person in everybody:
            await desk.telling.tell(received, person, NoticeKind.ACTIVITY_MOVED, about, expires=moved.ends_at)
        for person in seated:
            await _remind(desk, received, person, about, moved.starts_at)

    @table.on(a.ActivityCancelled)
    async def tell_of_cancellation(received: Received[a.ActivityCancelled]) -> None:
        known = await desk.facts.activity(received.envelope.aggregate_id)
        about = known.particulars().model_copy(update={"text": received.event.reason})
        await desk.telling.supersede(received, NoticeKind.ACTIVITY_REMINDER)
        _, everybody = await _concerned(desk, received)
        for person in everybody:
            await desk.telling.tell(received, person, NoticeKind.ACTIVITY_CANCELLED, about)


def _about_offers(table: Handlers, desk: Desk) -> None:
    @table.on(v.NeedOffered)
    async def tell_of_offer(received: Received[v.NeedOffered]) -> None:
        offer = received.event
        named = await desk.facts.activity(offer.activity) if offer.activity else ActivityKnown()
        about = Particulars(
            title=named.title,
            title_en=named.title_en,
            venue=named.venue,
            work=offer.category,
            starts_at=offer.starts_at,
            ends_at=offer.ends_at,
            answer_by=offer.expires_at,
        )
        await desk.telling.tell(received, offer.person, NoticeKind.SEAT_OFFERED, about, expires=offer.expires_at)

    async def drop_offer(received: Received[v.NeedAccepted | v.NeedDeclined | v.NeedExpired]) -> None:
        await desk.telling.supersede(received, NoticeKind.SEAT_OFFERED, [received.event.person])

    for answered in (v.NeedAccepted, v.NeedDeclined, v.NeedExpired):
        table.on(answered)(drop_offer)


def _about_released_seats(table: Handlers, desk: Desk) -> None:
    @table.on(v.NeedMoved)
    async def drop_moved_offers(received: Received[v.NeedMoved]) -> None:
        await desk.telling.supersede(received, NoticeKind.SEAT_OFFERED, [r.person for r in received.event.released])

    @table.on(v.NeedCancelled)
    async def tell_of_release(received: Received[v.NeedCancelled]) -> None:
        await desk.telling.supersede(received, NoticeKind.SEAT_OFFERED)
        if received.event.activity is not None:  # the activity's own cancellation tells them
            return
        known = await desk.facts.need(received.envelope.aggregate_id)
        about = known.particulars()
        for released in {r.person: r for r in received.event.released}:
            await desk.telling.tell(received, released, NoticeKind.SEAT_RELEASED, about)


def _erase(table: Handlers, desk: Desk) -> None:
    @table.on(PersonErasureRequested)
    async def forget_person(received: Received[PersonErasureRequested]) -> None:
        person = received.event.person
        await desk.erasing.carry_out(person, received.event.only)
        await _answered(desk, received, person, received.event.request, "notify")

    @table.on(i.PersonDataErased)
    async def note_answer_of_issues(received: Received[i.PersonDataErased]) -> None:
        await _answered(desk, received, received.event.person, received.event.request, "issues")

    @table.on(a.PersonErasedFromActivities)
    async def note_answer_of_events(received: Received[a.PersonErasedFromActivities]) -> None:
        await _answered(desk, received, received.event.person, received.event.request, "events")

    @table.on(v.PersonDataErased)
    async def note_answer_of_volunteers(received: Received[v.PersonDataErased]) -> None:
        await _answered(desk, received, received.event.person, received.event.request, "volunteers")


async def _tell_all(
    desk: Desk, received: Received[Any], first: str | None, kind: NoticeKind, about: Particulars
) -> None:
    """Tell who reported or proposed it, and all who stand behind it."""
    envelope = received.envelope
    people = await desk.facts.concerned(envelope.aggregate_id, first=first, at=envelope.time)
    for start in range(0, len(people), _AT_ONCE):
        told = people[start : start + _AT_ONCE]
        await asyncio.gather(*(desk.telling.tell(received, person, kind, about) for person in told))


async def _confirm(desk: Desk, received: Received[Any], kind: NoticeKind) -> None:
    known = await desk.facts.activity(received.envelope.aggregate_id)
    event = received.event
    about = known.particulars().model_copy(update={"starts_at": event.starts_at, "party": event.party})
    await desk.telling.tell(received, event.person, kind, about, expires=event.starts_at)
    await _remind(desk, received, event.person, about, event.starts_at)


async def _remind(desk: Desk, received: Received[Any], person: str, about: Particulars, starts_at: datetime) -> None:
    await desk.telling.tell(
        received, person, NoticeKind.ACTIVITY_REMINDER, about, due=starts_at - desk.lead, expires=starts_at
    )


async def _concerned(desk: Desk, received: Received[Any]) -> tuple[Iterable[str], Iterable[str]]:
    """Who has a seat, and everybody who counts on the activity: seated, waiting or volunteering; each once."""
    activity, sequence = received.envelope.aggregate_id, received.envelope.sequence
    participants = await desk.facts.participants(activity, sequence)
    volunteers = await desk.facts.volunteers(activity, sequence)
    seated = [participant.person for participant in participants if participant.seated]
    return seated, dict.fromkeys([*(participant.person for participant in participants), *volunteers])


async def _answered(desk: Desk, received: Received[Any], person: str, request: str, service: str) -> None:
    if await desk.persons.find(person) is not None:
        await desk.persons.change(
            person, lambda known, now: take_answer(known, service, request, now), received.cause, taken=received.taken
        )
