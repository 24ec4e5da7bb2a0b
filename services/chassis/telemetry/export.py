"""Sends spans to a collector, as OTLP over HTTP."""

from dataclasses import dataclass

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Tracer


@dataclass(frozen=True, slots=True)
class Export:
    """The spans of one service on their way out. They wait in memory: a crash loses the last seconds."""

    tracer: Tracer
    _provider: TracerProvider

    def close(self) -> None:
        """Send what is left; blocks for some seconds when the collector is away."""
        self._provider.shutdown()


def export_spans(
    service: str, endpoint: str | None, *, ratio: float = 1.0, exporter: SpanExporter | None = None
) -> Export | None:
    """Start sending the spans of `service` to `endpoint`; None where there is none.

    Args:
        ratio: how much of the traces that start here is recorded; for others their sender has decided.
        exporter: used instead of one for `endpoint`.
    """
    if exporter is None:
        if endpoint is None:
            return None
        exporter = OTLPSpanExporter(endpoint=endpoint)
    resource = Resource.create({"service.name": service, "service.namespace": "community"})
    provider = TracerProvider(resource=resource, sampler=ParentBased(TraceIdRatioBased(ratio)))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return Export(provider.get_tracer("services.chassis"), provider)
