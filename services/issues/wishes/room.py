"""The room of wishes: what residents would like to have, supported by others and answered by the committee."""

from functools import partial

from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Leaver, Traces, erase_each
from services.chassis.sweeper import Sweep
from services.issues.catalogue.calendars import Calendars
from services.issues.catalogue.domain.catalogue import Span
from services.issues.wishes import api
from services.issues.wishes.answer_times import AnswerTimes
from services.issues.wishes.domain.wishes import Wish, anonymise_wish, mark_overdue
from services.issues.wishes.joining import WishJoining
from services.issues.wishes.reactions import reactions
from services.issues.wishes.store import INDEXES, KINDS, WISHES, wishes_overdue


def room(joining: WishJoining, calendars: Calendars, answered_within: Span, traces: Traces) -> Room:
    """Make the room of wishes, whose aggregates `joining` holds. An answer is owed within `answered_within`, counted in
    the working time of `calendars`."""
    answers = AnswerTimes(calendars, answered_within)
    return Room(
        "wishes",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[api.router(joining, answers)],
        reactions=lambda handlers: reactions(handlers, joining.wishes, answers),
        sweeps=[Sweep("wish-overdue", joining.wishes, wishes_overdue, mark_overdue)],
        erase=partial(_erase, joining.wishes, traces),
    )


async def _erase(wishes: Aggregates[Wish], traces: Traces, leaver: Leaver) -> None:
    """Remove the person as a proposer and supporter, and their words, from the wishes and from events about them."""
    person = leaver.person
    theirs = {"$or": [{"state.proposer": person}, {"state.people": person}]}
    proposed = wishes.collection.find(leaver.within({"state.proposer": person}), {"_id": 1})
    if ids := [document["_id"] async for document in proposed]:
        await traces.wipe(person, WISHES, ids)
    await erase_each(wishes, theirs, lambda wish, now: anonymise_wish(wish, person), leaver)
    await traces.wipe_again(person)  # events that were written of the person meanwhile
