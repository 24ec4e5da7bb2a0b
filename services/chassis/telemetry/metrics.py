"""The figures of one service and its page of them, in the Prometheus text format.

Each service has a registry of its own, so that several in one process don't mix.
"""

from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from services.chassis.telemetry import figures
from services.chassis.telemetry.figures import Figure

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Read = Callable[[], Mapping[tuple[str, ...], float]]
"""The present values by the values of the figure's labels; `{(): 3}` where it has none."""

_HTTP_BUCKETS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_BATCH_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)


class Metrics:
    """The figures of one service."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self.registry)
        self._seconds = Histogram(
            figures.HTTP_SECONDS,
            "Time from a request's head to the end of its answer.",
            ("method", "route", "status"),
            buckets=_HTTP_BUCKETS,
            registry=self.registry,
        )
        self._commands = Counter(
            figures.COMMANDS, "Commands by what became of them.", ("kind", "outcome"), registry=self.registry
        )
        self._batches = Histogram(
            figures.RELAY_BATCH_SECONDS,
            "Time that the relay took for one batch.",
            buckets=_BATCH_BUCKETS,
            registry=self.registry,
        )
        self._watched = _Watched()
        self.registry.register(self._watched)
        self._routes: dict[tuple[str, str, int], Histogram] = {}

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered. `route` is a template; there are as many series as templates."""
        key = (method, route, status)
        series = self._routes.get(key)
        if series is None:
            series = self._routes[key] = self._seconds.labels(method, route, str(status))
        series.observe(seconds)

    def command(self, kind: str, outcome: str) -> None:
        """A command on an aggregate of `kind` ended as `outcome`: `committed`, `replayed`, or the code of a refusal."""
        self._commands.labels(kind, outcome).inc()

    def batch(self, seconds: float) -> None:
        """The relay finished a batch."""
        self._batches.observe(seconds)

    def watch(self, figure: Figure, read: Read) -> None:
        """Show what `read` returns as `figure` from now on; several readers of one figure stand side by side."""
        self._watched.add(figure, read)

    def page(self) -> bytes:
        """All figures, for Prometheus."""
        return generate_latest(self.registry)


class _Watched(Collector):
    def __init__(self) -> None:
        self._reads: dict[Figure, list[Read]] = {}

    def add(self, figure: Figure, read: Read) -> None:
        self._reads.setdefault(figure, []).append(read)

    def collect(self) -> Iterable[Metric]:
        for figure, reads in self._reads.items():
            family = _FAMILIES[figure.kind](figure.name, figure.about, labels=figure.labels)
            for read in reads:
                for labels, value in read().items():
                    family.add_metric(labels, value)
            yield family


_FAMILIES: Mapping[str, type[CounterMetricFamily] | type[GaugeMetricFamily]] = {
    "counter": CounterMetricFamily,
    "gauge": GaugeMetricFamily,
}
