"""What notify remembers of the facts of others, so that a notice can name what it speaks of.

Kept from the facts and not from `.state`: a fact finds here all that was said before it about the same aggregate,
because both come in order on one partition. A field is a register (value, sequence) in which the later fact wins, or
a document under the fact's own id: the operations commute, so neither a repetition nor the order inside a bulk write
matters; and who counted on an activity at one of its facts is the same whenever it is asked.
"""

from collections.abc import Sequence
from typing import Any

from services.chassis.store.mongo import InsertOne, UpdateOne, WriteOp
from services.chassis.subscriber.handlers import Received
from services.contracts.activities import (
    ActivityMoved,
    ActivityPersonErased,
    ActivityPromoted,
    ActivityRegistered,
    ActivityScheduled,
    ActivityStaffed,
    ActivityUnderstaffed,
    ActivityWaitlisted,
    ActivityWithdrawn,
)
from services.contracts.issues import (
    CaseAccepted,
    CaseAnonymised,
    CaseMerged,
    CaseMergeMoved,
    CaseReported,
    CaseShown,
    CaseUnmerged,
    CaseWithheld,
    SupportGiven,
    SupportWithdrawn,
    WishAnonymised,
    WishHidden,
    WishProposed,
    WishShown,
)
from services.contracts.volunteers import NeedMoved, NeedOpened
from services.notify.knowledge.domain import ActivityKnown, CaseKnown, Known, NeedKnown, WishKnown

SUBJECTS = "subjects"
"""Cases, wishes, activities and needs: `_id` the aggregate, each field `{v, n}`."""

ATTENDANCES = "attendances"
"""Who counts on an activity: one document for each fact that says so; a person's last one before a moment holds."""

SUPPORTERS = "supporters"
"""Who stands behind a case or a wish: `_id` the support, `subject`, and registers for who, whether and since when."""

STAFFINGS = "staffings"
"""Who volunteers at an activity, in the same way."""


def latest(id: str, sequence: int, fields: dict[str, Any], fixed: dict[str, Any] | None = None) -> UpdateOne:
    """The operation that sets each of `fields` where no later fact has set it; `fixed` never differs for one id."""
    registers: dict[str, Any] = {
        name: {
            "$cond": [
                {"$lt": [{"$ifNull": [f"${name}.n", 0]}, sequence]},
                {"v": {"$literal": value}, "n": {"$literal": sequence}},
                f"${name}",
            ]
        }
        for name, value in fields.items()
    }
    constants = {name: {"$literal": value} for name, value in (fixed or {}).items()}
    return UpdateOne({"_id": id}, [{"$set": {**registers, **constants}}], upsert=True)


def case(received: Received[CaseReported | CaseAccepted | CaseAnonymised | CaseShown]) -> Sequence[WriteOp]:
    """What a notice about a case names: its title and category, and whom to tell."""
    return _remember(received, CaseKnown)


def case_withheld(received: Received[CaseWithheld]) -> Sequence[WriteOp]:
    """It is not for everybody (any more): nothing that was said of it is remembered, nor whom to tell."""
    return _forget(received, CaseKnown.names() | {"merged_into"})


def wish(received: Received[WishProposed | WishAnonymised | WishShown]) -> Sequence[WriteOp]:
    """What a notice about a wish names."""
    return _remember(received, WishKnown)


def wish_hidden(received: Received[WishHidden]) -> Sequence[WriteOp]:
    """It was taken out of sight."""
    return _forget(received, WishKnown.names())


def supporter(received: Received[SupportGiven | SupportWithdrawn]) -> Sequence[WriteOp]:
    """Somebody wants to hear what becomes of a case or a wish, or no longer."""
    event, envelope = received.event, received.envelope
    wants = {"person": event.person, "here": isinstance(event, SupportGiven), "since": envelope.time}
    fixed = {"community": envelope.community, "subject": event.subject}
    return [latest(envelope.aggregate_id, envelope.sequence, wants, fixed)]


def merger(received: Received[CaseMerged | CaseMergeMoved | CaseUnmerged]) -> Sequence[WriteOp]:
    """The case that goes on for another one, whose people hear of that."""
    envelope = received.envelope
    said = {"merged_into": received.event.merged_into, "merged_at": envelope.time}
    return [latest(envelope.aggregate_id, envelope.sequence, said, {"community": envelope.community})]


def activity(
    received: Received[ActivityScheduled | ActivityMoved],
) -> Sequence[WriteOp]:
    """What a notice about an activity names."""
    return _remember(received, ActivityKnown)


def staffing(
    received: Received[ActivityStaffed | ActivityUnderstaffed | ActivityPersonErased],
) -> Sequence[WriteOp]:
    """The volunteers who count on an activity from now on."""
    envelope = received.envelope
    staffed = {"activity": envelope.aggregate_id, "n": envelope.sequence, "volunteers": received.event.volunteers}
    return [InsertOne({"_id": envelope.id, "community": envelope.community, **staffed})]


def need(received: Received[NeedOpened | NeedMoved]) -> Sequence[WriteOp]:
    """What a notice about a need names."""
    return _remember(received, NeedKnown)


def attendance(
    received: Received[ActivityRegistered | ActivityPromoted | ActivityWaitlisted | ActivityWithdrawn],
) -> Sequence[WriteOp]:
    """Somebody counts on an activity from now on, with a seat or waiting for one; or no longer."""
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
