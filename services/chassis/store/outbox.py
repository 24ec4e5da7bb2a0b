"""The entries of an outbox: a decision's events as they wait, in the aggregate's own document, for the relay.

The last entry of a command carries the public state after it, ready to send: the relay needs no model, and when
several commands wait it sends the newest state alone.

Of an aggregate that withholds something, an entry has what its topic is `told` beside what the journal keeps: the type
and the public data of another event, or None for nothing; and the type of the state, which is not the usual one.
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
"""The name on record of whoever acts without one."""


class EventTooLarge(
    Invalid, code="event-too-large", zh="内容过大（上限 {limit} 字节）。", en="It is too large (limit {limit} bytes)."
):
    """An event does not fit into one message."""


def entries(
    decision: Decision[Any],
    version: int,
    now: datetime,
    *,
    state: type[State] | None,
    actor: str,
    causationid: str | None,
    traceparent: str | None,
) -> list[Document]:
    """The entries for the events of `decision`, made on an aggregate at `version`.

    Args:
        state: what the aggregate's topic shows of its kind, if anything; a state of another type says so.

    Raises:
        EventTooLarge: an event or the state is larger than a message may be.
    """
    made = [
        {"seq": version + n, "type": event.type, "time": now, "actor": actor, "data": _data(event)}
        | dict(_present(cause=causationid, trace=traceparent, who=_who(event, actor)))
        for n, event in enumerate(decision.events, 1)
    ]
    aggregate: Aggregate = decision.aggregate
    if aggregate.withholds:
        for entry, event in zip(made, decision.events, strict=True):
            entry["told"] = _told(aggregate.told(event))
    if made and state is not None and not aggregate.kept_inside:
        public = aggregate.public() if aggregate.withholds else aggregate.public_state
        made[-1]["state"] = None if public is None else _checked(public.model_dump_json().encode())
        if public is not None and (aggregate.withholds or public.type != state.type):
            made[-1]["state_type"] = public.type
    return made


def covered(outbox: Sequence[Document]) -> list[Document]:
    """The entries as they may be sent now: what was said in the open before something was withheld, and waits still,
    is not said any more; in its place stands what is told afterwards.
    """
    if not any("told" in entry for entry in outbox):
        return list(outbox)
    sent: list[Document] = []
    cover: Document | None = None
    withheld = False
    for entry in reversed(outbox):
        if "told" in entry:
            withheld, cover = True, entry["told"] or cover
        elif withheld:
            entry = {**entry, "told": cover}
        sent.append(entry)
    return sent[::-1]


def _told(event: Event | None) -> Document | None:
    return None if event is None else {"type": event.type, "data": event.public_data()}


def _data(event: Event) -> Document:
    data = event.data()
    _checked(orjson.dumps(data))
    return data


def _checked(raw: bytes) -> bytes:
    if len(raw) > MAX_EVENT_BYTES:
        raise EventTooLarge(limit=MAX_EVENT_BYTES)
    return raw


def _who(event: Event, actor: str) -> list[str] | None:
    """The people whom an event concerns: it is found by them when one is erased. Who acts in office stays on record."""
    named = people(type(event), event)
    if actor not in (SYSTEM, NOBODY) and actor not in officers(type(event), event):
        named.add(actor)
    return sorted(named) or None


def _present(**values: object) -> Iterator[tuple[str, object]]:
    return ((name, value) for name, value in values.items() if value is not None)
