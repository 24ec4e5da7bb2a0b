"""CloudEvents 1.0 on Kafka, binary mode: an event's attributes as record headers, its data as the record's value.

Kafka protocol binding for CloudEvents 1.0.2, section 3.2: attributes are `ce_` headers in UTF-8, the content type is
the `content-type` header without prefix, and the record's key is the `partitionkey` extension.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

SPEC_VERSION = "1.0"
CONTENT_TYPE = "application/json"
SOURCE = "urn:community:{service}"
SCHEMA = "urn:community:schema:{type}"

Headers = list[tuple[str, bytes]]

_REQUIRED = ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "ce_sequence", "ce_community")
_KNOWN = frozenset((*_REQUIRED, "ce_partitionkey", "ce_causationid", "content-type"))
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_JSON = re.compile(r"application/(?:[\w.\-]+\+)?json\s*(?:;.*)?", re.IGNORECASE)
_STRUCTURED = "application/cloudevents"


class MalformedEnvelope(ValueError):
    """The headers are not those of an event of this project; the message names the header."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The attributes of an event, known before its data is read. `sequence` is the aggregate's version after it."""

    id: str
    type: str
    source: str
    subject: str
    time: datetime
    sequence: int
    partitionkey: str
    community: str
    causationid: str | None = None
    traceparent: str | None = None

    @property
    def aggregate_id(self) -> str:
        return self.partitionkey


def to_headers(envelope: Envelope) -> Headers:
    """The record headers that carry `envelope`."""
    headers = [
        ("ce_specversion", SPEC_VERSION.encode()),
        ("ce_id", envelope.id.encode()),
        ("ce_type", envelope.type.encode()),
        ("ce_source", envelope.source.encode()),
        ("ce_subject", envelope.subject.encode()),
        ("ce_time", envelope.time.isoformat(timespec="milliseconds").replace("+00:00", "Z").encode()),
        ("ce_dataschema", SCHEMA.format(type=envelope.type).encode()),
        ("ce_sequence", str(envelope.sequence).encode()),
        ("ce_partitionkey", envelope.partitionkey.encode()),
        ("ce_community", envelope.community.encode()),
        ("content-type", CONTENT_TYPE.encode()),
    ]
    if envelope.causationid is not None:
        headers.append(("ce_causationid", envelope.causationid.encode()))
    if envelope.traceparent is not None:
        headers.append(("ce_traceparent", envelope.traceparent.encode()))
    return headers


def from_headers(headers: Iterable[tuple[str, bytes | None]], key: bytes | None) -> Envelope:
    """Read the envelope of a record.

    Raises:
        MalformedEnvelope: a required attribute is missing or unreadable, the data is not JSON in binary mode, or the
            key is not `partitionkey`.
    """
    found: dict[str, str] = {}
    for name, value in headers:
        if name in _KNOWN:
            try:
                found[name] = text = (value or b"").decode()
            except UnicodeDecodeError:
                raise MalformedEnvelope(f"{name} is not UTF-8") from None
            if not text.isprintable():
                raise MalformedEnvelope(f"{name} has control characters")
        elif name == "ce_traceparent":
            found[name] = (value or b"").decode("ascii", "replace")
    _check_content_type(found.get("content-type", CONTENT_TYPE))
    for name in _REQUIRED:
        if not found.get(name):
            raise MalformedEnvelope(f"{name} is missing")
    if found["ce_specversion"] != SPEC_VERSION:
        raise MalformedEnvelope("ce_specversion is not 1.0")
    if key is None or found.get("ce_partitionkey", "").encode() != key:
        raise MalformedEnvelope("the record's key is not ce_partitionkey")
    return Envelope(
        id=found["ce_id"],
        type=found["ce_type"],
        source=found["ce_source"],
        subject=found["ce_subject"],
        time=_time(found["ce_time"]),
        sequence=_sequence(found["ce_sequence"]),
        partitionkey=found["ce_partitionkey"],
        community=found["ce_community"],
        causationid=found.get("ce_causationid") or None,
        traceparent=_traceparent(found.get("ce_traceparent")),
    )


def _check_content_type(text: str) -> None:
    """Data without a content type is JSON, as the CloudEvents specification has it."""
    if text == CONTENT_TYPE:
        return
    if text.lower().startswith(_STRUCTURED):
        raise MalformedEnvelope("content-type: the event is in structured mode, not binary")
    if not _JSON.fullmatch(text):
        raise MalformedEnvelope("content-type is not JSON")


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise MalformedEnvelope("ce_time is not RFC 3339") from None
    if time.tzinfo is UTC:
        return time
    if time.utcoffset() is None:
        raise MalformedEnvelope("ce_time has no zone")
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise MalformedEnvelope("ce_time is beyond the calendar") from None


def _sequence(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and 1 <= int(text) < 2**63):
        raise MalformedEnvelope("ce_sequence is not a positive integer")
    return int(text)


def _traceparent(text: str | None) -> str | None:
    """A trace header that can't be read costs the trace, never the event."""
    return text if text is not None and _TRACEPARENT.fullmatch(text) else None
