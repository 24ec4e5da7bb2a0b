"""Remembers facts from events of other services, so that a notice can name its subject.

Events are read and not `.state`: when people are told of an event, everything that earlier events said about the same
aggregate is remembered already, because both come in order on one partition.
"""

from collections.abc import Sequence
from typing import Any

from services.chassis.aggregate import derived_id
from services.chassis.store.mongo import InsertOne, WriteOp
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.activities import (
    ActivityCancelled,
    ActivityChanged,
    ActivityConfirmed,
    ActivityHelpersJoined,
    ActivityMoved,
    ActivityPersonErased,
    ActivityPromoted,
    ActivityRegistered,
    ActivityScheduled,
    ActivityStaffed,
    ActivityUnderstaffed,
    ActivityWaitlisted,
    ActivityWithdrawn,
    VenueState,
)
from services.contracts.issues import (
    CaseAccepted,
    CaseAmended,
    CaseAnonymised,
    CaseMerged,
    CaseMergeMoved,
    CaseReported,
    CaseShown,
    CaseUnmerged,
    CaseWithheld,
    PlaceChanged,
    PlaceRegistered,
    SupportGiven,
    SupportWithdrawn,
    UnitState,
    WishAnonymised,
    WishHidden,
    WishProposed,
    WishRetitled,
    WishShown,
)
from services.contracts.volunteers import NeedMoved, NeedOpened, TeamFormed, TeamMemberJoined, TeamMemberLeft
from services.notify.knowledge.domain import ActivityKnown, CaseKnown, Known, NeedKnown, PlaceKnown, WishKnown
from services.notify.knowledge.store import ATTENDANCES, MEMBERS, STAFFINGS, SUBJECTS, SUPPORTERS, UNITS, VENUES, latest


def reactions(table: Handlers) -> None:
    """Put what this room remembers of facts into the table."""
    table.write(CaseReported, CaseAccepted, CaseAmended, CaseAnonymised, CaseShown, collection=SUBJECTS)(case)
    table.write(CaseWithheld, collection=SUBJECTS)(case_withheld)
    table.write(CaseMerged, CaseMergeMoved, CaseUnmerged, collection=SUBJECTS)(merger)
    table.write(SupportGiven, SupportWithdrawn, collection=SUPPORTERS)(supporter)
    table.write(WishProposed, WishRetitled, WishAnonymised, WishShown, collection=SUBJECTS)(wish)
    table.write(WishHidden, collection=SUBJECTS)(wish_hidden)
    table.write(NeedOpened, NeedMoved, collection=SUBJECTS)(need)
    table.write(PlaceRegistered, PlaceChanged, collection=SUBJECTS)(place)
    table.write(ActivityScheduled, ActivityMoved, ActivityChanged, ActivityCancelled, collection=SUBJECTS)(activity)
    table.copy(VenueState, VENUES)
    table.copy(UnitState, UNITS)
    table.write(TeamFormed, TeamMemberJoined, TeamMemberLeft, collection=MEMBERS)(member)
    table.write(
        ActivityHelpersJoined, ActivityStaffed, ActivityUnderstaffed, ActivityPersonErased, collection=STAFFINGS
    )(staffing)
    table.write(
        ActivityRegistered,
        ActivityPromoted,
        ActivityConfirmed,
        ActivityWaitlisted,
        ActivityWithdrawn,
        collection=ATTENDANCES,
    )(attendance)


def case(
    received: Received[CaseReported | CaseAccepted | CaseAmended | CaseAnonymised | CaseShown],
) -> Sequence[WriteOp]:
    """Remember the title and category of a case, and who reported it."""
    return _remember(received, CaseKnown)


def case_withheld(received: Received[CaseWithheld]) -> Sequence[WriteOp]:
    """Forget a case that is not, or no longer, for everybody: what was said of it, and whom to tell."""
    return _forget(received, CaseKnown.names() | {"merged_into"})


def wish(received: Received[WishProposed | WishRetitled | WishAnonymised | WishShown]) -> Sequence[WriteOp]:
    """Remember the title of a wish, and who proposed it."""
    return _remember(received, WishKnown)


def wish_hidden(received: Received[WishHidden]) -> Sequence[WriteOp]:
    """Forget a wish that was taken out of sight."""
    return _forget(received, WishKnown.names())


def supporter(received: Received[SupportGiven | SupportWithdrawn]) -> Sequence[WriteOp]:
    """Remember that somebody wants to hear what becomes of a case or a wish, or no longer does."""
    event, envelope = received.event, received.envelope
    wants = {"person": event.person, "here": isinstance(event, SupportGiven), "since": envelope.time}
    fixed = {"community": envelope.community, "subject": event.subject}
    return [latest(envelope.aggregate_id, envelope.sequence, wants, fixed)]


def member(received: Received[TeamFormed | TeamMemberJoined | TeamMemberLeft]) -> Sequence[WriteOp]:
    """Remember who belongs to a team, its leader among them."""
    event, envelope = received.event, received.envelope
    person = event.leader if isinstance(event, TeamFormed) else event.person
    fixed = {"community": envelope.community, "team": envelope.aggregate_id, "person": person}
    id = derived_id("team-member", envelope.aggregate_id, person)
    return [latest(id, envelope.sequence, {"here": not isinstance(event, TeamMemberLeft)}, fixed)]


def merger(received: Received[CaseMerged | CaseMergeMoved | CaseUnmerged]) -> Sequence[WriteOp]:
    """Remember which case goes on for another one, so that the people of both hear of it."""
    envelope = received.envelope
    said = {"merged_into": received.event.merged_into, "merged_at": envelope.time}
    return [latest(envelope.aggregate_id, envelope.sequence, said, {"community": envelope.community})]


def activity(
    received: Received[ActivityScheduled | ActivityMoved | ActivityChanged | ActivityCancelled],
) -> Sequence[WriteOp]:
    """Remember the title, time and place of an activity, also where it got another title, and that it is off."""
    return _remember(received, ActivityKnown)


def staffing(
    received: Received[ActivityHelpersJoined | ActivityStaffed | ActivityUnderstaffed | ActivityPersonErased],
) -> Sequence[WriteOp]:
    """Remember which volunteers count on an activity from now on, whether or not all are found."""
    envelope = received.envelope
    staffed = {"activity": envelope.aggregate_id, "n": envelope.sequence, "volunteers": received.event.volunteers}
    return [InsertOne({"_id": envelope.id, "community": envelope.community, **staffed})]


def need(received: Received[NeedOpened | NeedMoved]) -> Sequence[WriteOp]:
    """Remember the work and time of a need."""
    return _remember(received, NeedKnown)


def place(received: Received[PlaceRegistered | PlaceChanged]) -> Sequence[WriteOp]:
    """Remember the name of a compound or a building."""
    return _remember(received, PlaceKnown)


def attendance(
    received: Received[
        ActivityRegistered | ActivityPromoted | ActivityConfirmed | ActivityWaitlisted | ActivityWithdrawn
    ],
) -> Sequence[WriteOp]:
    """Remember that somebody counts on an activity from now on, seated or waiting; or no longer does."""
    event, envelope = received.event, received.envelope
    counts = {"here": not isinstance(event, ActivityWithdrawn), "seated": not isinstance(event, ActivityWaitlisted)}
    whose = {"activity": envelope.aggregate_id, "n": envelope.sequence, "person": event.person}
    return [InsertOne({"_id": envelope.id, "community": envelope.community, **whose, **counts})]


def _forget(received: Received[Any], names: frozenset[str]) -> Sequence[WriteOp]:
    envelope = received.envelope
    fixed = {"community": envelope.community}
    return [latest(envelope.aggregate_id, envelope.sequence, dict.fromkeys(sorted(names)), fixed)]


def _remember(received: Received[Any], known: type[Known]) -> Sequence[WriteOp]:
    said = received.event.model_dump(include=set(known.names()), exclude_unset=True)
    envelope = received.envelope
    return [latest(envelope.aggregate_id, envelope.sequence, said, {"community": envelope.community})]
