"""What is written of an aggregate: its first document, and the update of a change.

`by` is the process that writes, `events` are entries of the outbox, `taken` is the mark of the event that led to it.
"""

from collections.abc import Sequence
from datetime import datetime

from services.chassis.aggregate import Aggregate
from services.chassis.store.mongo import Document

RECEIPTS_KEPT = 32


def first(
    id: str, aggregate: Aggregate, by: str, events: Sequence[Document], now: datetime, taken: object | None
) -> Document:
    """The first document of `aggregate`, which `events` have made."""
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
    receipt: Document | None,
    taken: object | None,
) -> Document:
    """The update that makes a document what `aggregate` is after `events`, at `version`. Without events only a receipt
    is kept."""
    push: Document = {}
    update: Document = {"$push": push}
    if events:
        update["$set"] = {"v": version, "by": f"{by}:{version}", "state": _state(aggregate)}
        push["outbox"] = {"$each": list(events)}
    if receipt is not None:
        push["receipts"] = {"$each": [receipt], "$slice": -RECEIPTS_KEPT}
    if taken is not None and events:
        push["taken"] = str(taken)
    return update


def as_relayed(id: str, aggregate: Aggregate, version: int, update: Document) -> Document:
    """The document after `update`, which found its outbox empty, as far as a relay reads it."""
    outbox = update["$push"].get("outbox", {"$each": []})["$each"]
    return {"_id": id, "v": version, "state": {"community": aggregate.community}, "outbox": outbox}


def _state(aggregate: Aggregate) -> Document:
    return aggregate.model_dump(exclude={"id"})
