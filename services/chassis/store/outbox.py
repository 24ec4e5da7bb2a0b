"""The entries of an outbox: a decision's events, which wait in the aggregate's own document for the relay.

The last entry of a write carries the public state after it, ready to send. So the relay needs no model, and when
several writes wait it sends only the newest state. Each entry names the fields of its event that are not published
(`hidden`): the relay may be a process of the version before, which does not know them all.

An entry of an aggregate that withholds something has, beside the event for the journal, what is published instead
(`told`): the type and the public data of another event, or None for nothing; and the type of the state, which is not
the usual one.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson

from services.chassis.aggregate import Aggregate, Decision
from services.chassis.errors import Invalid
from services.chassis.principal import SYSTEM
from services.chassis.store.mongo import Document
from services.contracts.event import Event, State
from services.contracts.holding import officers, people

MAX_EVENT_BYTES = 256 * 1024
INDEX = "outbox"
NOBODY = "anonymous"
"""The actor on record of an act by somebody without an account."""


class EventTooLarge(
    Invalid, code="event-too-large", zh="内容过大（上限 {limit} 字节）。", en="It is too large (limit {limit} bytes)."
):
    """An event does not fit into one message."""


def entries(
    decision: Decision[Any],
    version: int,
    now: datetime,
    *,
    actor: str,
    causationid: str | None,
    traceparent: str | None,
) -> list[Document]:
    """The entries for the events of `decision`, made on an aggregate at `version`, without a state.

    Raises:
        EventTooLarge: an event is larger than a message may be.
    """
    made = [
        {"seq": version + n, "type": event.type, "time": now, "actor": actor, "data": _data(event)}
        | dict(_present(cause=causationid, trace=traceparent, who=_who(event, actor), hidden=_hidden(event)))
        for n, event in enumerate(decision.events, 1)
    ]
    aggregate: Aggregate = decision.aggregate
    if aggregate.withholds:
        for entry, event in zip(made, decision.events, strict=True):
            entry["told"] = _told(aggregate.told(event))
            if aggregate.veil is not None:
                entry["veil"] = dict(aggregate.veil)
    return made


def show(entry: Document, aggregate: Aggregate, state: type[State] | None) -> None:
    """Add to `entry` the public state of `aggregate`, which its event has led to. The entry is the last that waits.

    Args:
        state: the type of state that the topic shows of the aggregate's kind, if any. A state of another type is
        marked.

    Raises:
        EventTooLarge: the state is larger than a message may be.
    """
    if state is None or aggregate.kept_inside:
        return
    public = aggregate.public() if aggregate.withholds else aggregate.public_state
    entry["state"] = None if public is None else _checked(public.model_dump_json().encode())
    if public is not None and (aggregate.withholds or public.type != state.type):
        entry["state_type"] = public.type


def covered(outbox: Sequence[Document]) -> list[Document]:
    """The entries as they may be sent now. Where a later entry withholds something, earlier entries that still wait are
    not published openly any more, but in the form of the later one, or under its veil where it has one.
    """
    if not any("told" in entry for entry in outbox):
        return list(outbox)
    sent: list[Document] = []
    cover: Document | None = None
    veil: Document | None = None
    withheld = False
    for entry in reversed(outbox):
        if "told" in entry:
            withheld, cover, veil = True, entry["told"] or cover, entry.get("veil")
        elif withheld:
            entry = {**entry, "told": cover} if veil is None else {**entry, "veil": veil}
        sent.append(entry)
    return sent[::-1]


def _told(event: Event | None) -> Document | None:
    return None if event is None else {"type": event.type, "data": event.public_data()}


def _data(event: Event) -> Document:
    data = event.data()
    _checked(orjson.dumps(data))
    return data


def _hidden(event: Event) -> list[str] | None:
    """The fields of an event that stay inside; None of one that stays inside as a whole."""
    return None if event.internal else sorted(event.internal_fields & event.model_fields_set)


def _checked(raw: bytes) -> bytes:
    if len(raw) > MAX_EVENT_BYTES:
        raise EventTooLarge(limit=MAX_EVENT_BYTES)
    return raw


def _who(event: Event, actor: str) -> list[str] | None:
    """The people whom an event concerns, by whom it is found when one of them is erased. An actor in office is not
    among them, and stays on record."""
    named = people(type(event), event)
    if actor not in (SYSTEM, NOBODY) and actor not in officers(type(event), event):
        named.add(actor)
    return sorted(named) or None


def _present(**values: object) -> Iterator[tuple[str, object]]:
    return ((name, value) for name, value in values.items() if value is not None)
