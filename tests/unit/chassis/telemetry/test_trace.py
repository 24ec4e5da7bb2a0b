"""Trace context: what is believed of a header, and that one trace goes through everything."""

import asyncio
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from services.chassis.telemetry.export import export_spans
from services.chassis.telemetry.serving import Serving, serve_as
from services.chassis.telemetry.trace import current_traceparent, parse, span_from, write

TRACE = "0af7651916cd43dd8448eb211c80319c"
INCOMING = f"00-{TRACE}-b7ad6b7169203331-01"
SHAPE = re.compile(r"^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$")


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "",
        "00",
        INCOMING.upper(),
        INCOMING + "-more",
        "ff" + INCOMING[2:],
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE}-b7ad6b7169203331",
        f" {INCOMING}",
        INCOMING + "\n",
    ],
)
def test_what_is_no_traceparent_names_no_span(wrong: str | None) -> None:
    assert parse(wrong) is None


def test_a_later_version_is_read_as_far_as_it_is_known() -> None:
    span = parse("01" + INCOMING[2:] + "-what-comes")
    assert span is not None
    assert write(span) == INCOMING


@given(st.integers(1, 2**128 - 1), st.integers(1, 2**64 - 1), st.sampled_from([0, 1]))
def test_what_is_written_is_read_back(trace: int, span: int, flags: int) -> None:
    text = f"00-{trace:032x}-{span:016x}-{flags:02x}"
    read = parse(text)
    assert read is not None
    assert write(read) == text


@given(st.text(max_size=80))
def test_nothing_breaks_the_reading(text: str) -> None:
    parse(text)


async def test_without_a_tracer_ids_are_made_and_passed_on() -> None:
    assert current_traceparent() is None
    with span_from(None, "first") as first:
        assert SHAPE.match(first)
        assert current_traceparent() == first
        with span_from(first, "second") as second:
            assert second.split("-")[1] == first.split("-")[1]
            assert second.split("-")[2] != first.split("-")[2]
    assert current_traceparent() is None


async def test_what_a_caller_decided_about_recording_is_passed_on() -> None:
    with span_from(INCOMING, "effect") as here:
        assert here.startswith(f"00-{TRACE}-")
        assert here.endswith("-01")


async def test_tasks_side_by_side_do_not_mix() -> None:
    async def act(n: int) -> bool:
        mine = f"00-{n:032x}-{n:016x}-00"
        with span_from(mine, "act"):
            await asyncio.sleep(0)
            return (current_traceparent() or "").split("-")[1] == mine.split("-")[1]

    assert all(await asyncio.gather(*(act(n) for n in range(1, 50))))


async def test_spans_of_one_trace_are_recorded_under_their_service() -> None:
    exporter = InMemorySpanExporter()
    export = export_spans("issues", None, exporter=exporter)
    assert export is not None
    serve_as(Serving("issues", export.tracer))
    with pytest.raises(LookupError), span_from(INCOMING, "effect"), span_from(current_traceparent(), "inner"):
        raise LookupError("a person's name")
    export.close()
    inner, effect = exporter.get_finished_spans()
    assert {f"{span.context.trace_id:032x}" for span in (inner, effect)} == {TRACE}
    assert inner.parent is not None
    assert inner.parent.span_id == effect.context.span_id
    assert effect.kind is SpanKind.CONSUMER
    assert effect.resource.attributes["service.name"] == "issues"
    assert (effect.status.status_code, effect.status.description) == (StatusCode.ERROR, "LookupError")
    assert not effect.events, "an exception's message may hold what a person typed"


def test_without_an_endpoint_nothing_is_exported() -> None:
    assert export_spans("issues", None) is None
