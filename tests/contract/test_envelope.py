"""The envelope: there and back, and every way in which headers can be wrong."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.envelope import Envelope, MalformedEnvelope, from_headers, to_headers
from services.contracts.marks import ID_PATTERN

IDS = st.from_regex(ID_PATTERN, fullmatch=True).filter(lambda text: not text.endswith("\n"))
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2500, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001  bounds have no zone
    lambda time: time.replace(microsecond=time.microsecond // 1000 * 1000)
)
ENVELOPES = st.builds(
    Envelope,
    id=IDS,
    type=IDS,
    source=st.just("urn:community:issues"),
    subject=IDS.map(lambda id: f"case/{id}"),
    time=MOMENTS,
    sequence=st.integers(1, 2**63 - 1),
    partitionkey=IDS,
    community=IDS,
    causationid=st.none() | IDS,
    traceparent=st.none() | st.just("00-" + "a" * 32 + "-" + "b" * 16 + "-01"),
)
ONE = Envelope(
    id="case-1.2",
    type="cn.community.issues.case.reported.v1",
    source="urn:community:issues",
    subject="case/case-1",
    time=datetime(2026, 11, 23, 8, tzinfo=UTC),
    sequence=2,
    partitionkey="case-1",
    community="sunshine",
)


def read(without: str | None = None, key: bytes | None = b"case-1", **changed: bytes | None) -> Envelope:
    headers = {name: value for name, value in to_headers(ONE) if name != without}
    return from_headers([*(headers | changed).items()], key)


@given(ENVELOPES)
def test_what_is_written_is_read(envelope: Envelope) -> None:
    assert from_headers(to_headers(envelope), envelope.partitionkey.encode()) == envelope


def test_time_is_written_in_utc_with_milliseconds() -> None:
    assert dict(to_headers(ONE))["ce_time"] == b"2026-11-23T08:00:00.000Z"


def test_time_of_another_zone_is_the_same_moment() -> None:
    assert read(ce_time=b"2026-11-23T16:00:00+08:00").time == ONE.time
    written = replace(ONE, time=ONE.time.astimezone(timezone(timedelta(hours=8))))
    assert from_headers(to_headers(written), b"case-1").time == ONE.time


@pytest.mark.parametrize("name", [name for name, _ in to_headers(ONE) if name not in {"ce_dataschema", "content-type"}])
def test_every_attribute_is_owed(name: str) -> None:
    for attempt in ({"without": name}, {name: None}, {name: b""}):
        with pytest.raises(MalformedEnvelope, match="ce_partitionkey" if name == "ce_partitionkey" else name):
            read(**attempt)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"ce_id": b"\xff\xfe"}, "ce_id is not UTF-8"),
        ({"ce_causationid": b"\xff"}, "ce_causationid is not UTF-8"),
        ({"ce_id": b"a\x00b"}, "ce_id has control characters"),
        ({"ce_community": b"a\nb"}, "ce_community has control characters"),
        ({"ce_specversion": b"0.3"}, "ce_specversion is not 1.0"),
        ({"ce_time": b"yesterday"}, "ce_time is not RFC 3339"),
        ({"ce_time": b"2026-11-23T08:00:00"}, "ce_time has no zone"),
        ({"ce_time": b"0001-01-01T00:00:00+08:00"}, "ce_time is beyond the calendar"),
        ({"ce_sequence": b"0"}, "ce_sequence is not a positive integer"),
        ({"ce_sequence": b"-1"}, "ce_sequence is not a positive integer"),
        ({"ce_sequence": b"1.0"}, "ce_sequence is not a positive integer"),
        ({"ce_sequence": "１".encode()}, "ce_sequence is not a positive integer"),
        ({"ce_sequence": str(2**63).encode()}, "ce_sequence is not a positive integer"),
        ({"ce_sequence": b"1" * 30}, "ce_sequence is not a positive integer"),
        ({"ce_sequence": b"1" * 5000}, "ce_sequence is not a positive integer"),
        ({"content-type": b"text/xml"}, "content-type is not JSON"),
        ({"content-type": b"application/cloudevents+json; charset=UTF-8"}, "structured mode"),
        ({"key": b"case-2"}, "key is not ce_partitionkey"),
        ({"key": None}, "key is not ce_partitionkey"),
        ({"key": b"\xff"}, "key is not ce_partitionkey"),
    ],
)
def test_what_is_wrong_is_named(changed: dict[str, bytes | None], sentence: str) -> None:
    with pytest.raises(MalformedEnvelope, match=sentence):
        read(**changed)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [b"application/json; charset=utf-8", b"application/problem+json", b"APPLICATION/JSON"])
def test_json_by_any_name_is_read(kind: bytes) -> None:
    assert read(None, b"case-1", **{"content-type": kind}) == ONE


def test_data_without_a_content_type_is_json() -> None:
    assert read(without="content-type") == ONE


@pytest.mark.parametrize(
    "trace",
    [
        b"",
        b"\xff",
        b"00-1-2-3",
        b"ff-" + b"a" * 32 + b"-" + b"b" * 16 + b"-01",
        b"00-" + b"0" * 32 + b"-" + b"b" * 16 + b"-01",
    ],
)
def test_a_bad_trace_costs_the_trace_and_never_the_event(trace: bytes) -> None:
    assert read(ce_traceparent=trace) == ONE


OTHERS = st.sampled_from(["x-y", "ce_other", "correlation_id", "dlq-topic"])


@given(st.lists(st.tuples(OTHERS, st.none() | st.binary())))
def test_headers_of_others_are_passed_by(others: list[tuple[str, bytes | None]]) -> None:
    assert from_headers([*others, *to_headers(ONE)], b"case-1") == ONE


@given(
    st.lists(st.tuples(st.sampled_from([name for name, _ in to_headers(ONE)]), st.none() | st.binary(max_size=40))),
    st.none() | st.binary(max_size=10),
)
def test_whatever_comes_is_an_envelope_or_malformed(headers: list[tuple[str, bytes | None]], key: bytes | None) -> None:
    try:
        from_headers([*to_headers(ONE), *headers], key)
    except MalformedEnvelope as error:
        assert str(error)  # noqa: PT017  any other exception fails the test
