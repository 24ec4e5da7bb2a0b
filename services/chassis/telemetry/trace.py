"""W3C Trace Context through the whole system: from the HTTP request, by way of the stored event, to its last effect.

Trace ids are always made and passed on. Spans are recorded only where the service has a tracer (an OTLP endpoint is
set); otherwise a context costs a few random bytes.
"""

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import context as contexts
from opentelemetry.context import Context
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.util.types import Attributes

from services.chassis.telemetry.serving import serving

_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_NOWHERE = Context()


def parse(traceparent: str | None) -> SpanContext | None:
    """The span that `traceparent` names; None where it is missing or not valid (W3C Trace Context, 3.2)."""
    match = _TRACEPARENT.fullmatch(traceparent) if traceparent else None
    if match is None:
        return None
    version, trace, span, flags, rest = match.groups()
    if version == "ff" or (version == "00" and rest) or int(trace, 16) == 0 or int(span, 16) == 0:
        return None
    return SpanContext(int(trace, 16), int(span, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16) & 1))


def write(span: SpanContext) -> str:
    """`span` as a traceparent."""
    return f"00-{span.trace_id:032x}-{span.span_id:016x}-{span.trace_flags:02x}"


def current_traceparent() -> str | None:
    """The traceparent that what happens now is part of; None outside of any trace."""
    span = get_current_span().get_span_context()
    return write(span) if span.is_valid else None


def start(parent: SpanContext | None, name: str, kind: SpanKind, attributes: Attributes = None) -> Span:
    """A span under `parent`, or the first of a new trace. Whoever starts it ends it."""
    here = serving()
    if here is None or here.tracer is None:
        return NonRecordingSpan(_unrecorded(parent))
    context = _NOWHERE if parent is None else set_span_in_context(NonRecordingSpan(parent), _NOWHERE)
    return here.tracer.start_span(name, context=context, kind=kind, attributes=attributes)


@contextmanager
def span_from(
    traceparent: str | None,
    name: str,
    *,
    kind: SpanKind = SpanKind.CONSUMER,
    attributes: Attributes = None,
) -> Iterator[str]:
    """What happens inside belongs to the trace of `traceparent`; without one, to a new trace.

    Yields the traceparent for what follows from it. A span that ends by an exception is marked with its type;
    the exception goes on.
    """
    span = start(parse(traceparent), name, kind, attributes)
    token = contexts.attach(set_span_in_context(span))
    try:
        yield write(span.get_span_context())
    except BaseException as error:
        span.set_status(StatusCode.ERROR, type(error).__name__)
        raise
    finally:
        contexts.detach(token)
        span.end()


def _unrecorded(parent: SpanContext | None) -> SpanContext:
    span = random.getrandbits(64) or 1
    if parent is None:
        return SpanContext(random.getrandbits(128) or 1, span, is_remote=False, trace_flags=TraceFlags(0))
    return SpanContext(parent.trace_id, span, is_remote=False, trace_flags=parent.trace_flags)
