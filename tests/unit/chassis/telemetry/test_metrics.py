"""Figures of services that share a process stand on pages of their own."""

from prometheus_client.parser import text_string_to_metric_families

from services.chassis.telemetry import figures
from services.chassis.telemetry.metrics import Metrics


def samples(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    families = text_string_to_metric_families(metrics.page().decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_several_services_in_one_process_do_not_mix() -> None:
    issues, notify = Metrics(), Metrics()
    issues.command("case", "committed")
    issues.command("case", "committed")
    notify.command("notice", "committed")
    name = "community_commands_total"
    assert samples(issues)[name, (("kind", "case"), ("outcome", "committed"))] == 2
    assert (name, (("kind", "case"), ("outcome", "committed"))) not in samples(notify)


def test_requests_are_counted_by_route_method_and_status() -> None:
    metrics = Metrics()
    metrics.request("GET", "/api/issues/v1/cases/{id}", 200, 0.004)
    metrics.request("GET", "/api/issues/v1/cases/{id}", 200, 0.2)
    metrics.request("GET", "/api/issues/v1/cases/{id}", 404, 0.001)
    found = samples(metrics)
    labels = (("method", "GET"), ("route", "/api/issues/v1/cases/{id}"), ("status", "200"))
    assert found["community_http_request_seconds_count", labels] == 2
    assert found["community_http_request_seconds_bucket", (("le", "0.005"), *labels)] == 1


def test_watched_figures_show_what_stands_at_the_moment() -> None:
    metrics = Metrics()
    published: dict[tuple[str, ...], float] = {("case",): 1.0}
    metrics.watch(figures.RELAY_PUBLISHED, lambda: published)
    metrics.watch(figures.RELAY_PUBLISHED, lambda: {("round",): 5})
    metrics.watch(figures.RELAY_OLDEST, lambda: {(): 1.5})
    published["case",] = 7
    found = samples(metrics)
    assert found["community_relay_published_total", (("kind", "case"),)] == 7
    assert found["community_relay_published_total", (("kind", "round"),)] == 5
    assert found["community_relay_oldest_unsent_seconds", ()] == 1.5


def test_every_declared_figure_can_be_shown_and_none_twice() -> None:
    metrics = Metrics()
    for figure in figures.WATCHED:
        metrics.watch(figure, lambda figure=figure: {("x",) * len(figure.labels): 1.0})  # type: ignore[misc]
    names = [name for name, _ in samples(metrics)]
    for figure in figures.WATCHED:
        assert names.count(figure.name + ("_total" if figure.kind == "counter" else "")) == 1
