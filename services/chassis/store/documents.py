"""Makes the documents of an aggregate: its first one, and the update of a change.

`by` is the process that writes, `events` are entries of the outbox, `taken` is the mark of the event that led to it.
"""

from collections.abc import Sequence
from datetime import datetime

from services.chassis.aggregate import Aggregate
from services.chassis.store.mongo import Document


def first(
    id: str, aggregate: Aggregate, by: str, events: Sequence[Document], now: datetime, taken: object | None
) -> Document:
    """The first document of `aggregate`, with the `events` of its creation."""
    document: Document = {
        "_id": id,
        "v": len(events),
        "at": now,
        "by": f"{by}:{len(events)}",
        "state": _state(aggregate),
        "outbox": list(events),
    }
    if taken is not None:
        document["taken"] = [str(taken)]
    return document


def change(
    aggregate: Aggregate,
    version: int,
    by: str,
    events: Sequence[Document],
    receipts: Sequence[Document],
    taken: Sequence[str],
    *,
    keep: int,
) -> Document:
    """The update that stores `aggregate` at `version` with its `events`. Without events it only adds receipts. Of all
    receipts the last `keep` stay."""
    push: Document = {}
    update: Document = {"$push": push}
    if events:
        update["$set"] = {"v": version, "by": f"{by}:{version}", "state": _state(aggregate)}
        push["outbox"] = {"$each": list(events)}
    if receipts:
        push["receipts"] = {"$each": list(receipts), "$slice": -keep}
    if taken:
        push["taken"] = {"$each": list(taken)}
    return update


def as_relayed(aggregate: Aggregate, version: int, events: Sequence[Document]) -> Document:
    """The fields that a relay reads of a document, after a change with `events` that found its outbox empty."""
    return {"_id": aggregate.id, "v": version, "state": {"community": aggregate.community}, "outbox": list(events)}


def _state(aggregate: Aggregate) -> Document:
    return aggregate.model_dump(exclude={"id"})
