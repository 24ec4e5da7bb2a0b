"""Alerts and dashboard ask for figures that there are, and say the same for compose and Kubernetes."""

import json
import re
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from services.chassis.telemetry.figures import WATCHED
from services.chassis.telemetry.metrics import Metrics
from services.topology import SERVICES

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "observability"
ALERTS: dict[str, Any] = yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))
BOARD: dict[str, Any] = json.loads((FOLDER / "grafana" / "dashboards" / "community.json").read_text("utf-8"))


def _known() -> set[str]:
    """The series of a service's page, by the names that Prometheus keeps them under."""
    metrics = Metrics()
    metrics.request("GET", "/", 200, 0.1)
    metrics.command("case", "committed")
    metrics.batch(0.1)
    for figure in WATCHED:
        metrics.watch(figure, lambda figure=figure: {tuple("x" for _ in figure.labels): 1.0})  # type: ignore[misc]
    page = metrics.page().decode()
    return {re.split(r"[{ ]", line)[0] for line in page.splitlines() if not line.startswith("#")}


def test_every_figure_that_is_asked_for_is_one() -> None:
    asked = [rule["expr"] for group in ALERTS["groups"] for rule in group["rules"]]
    asked += [target["expr"] for panel in BOARD["panels"] for target in panel["targets"]]
    named = {name for expression in asked for name in re.findall(r"\b(?:community|process)_\w+", expression)}
    assert named
    assert named - _known() == set()
    shown = {name for panel in BOARD["panels"] for name in re.findall(r"\bcommunity_\w+", panel["targets"][0]["expr"])}
    assert shown <= named


def test_every_alert_says_how_bad_it_is_and_what_to_do() -> None:
    [group] = ALERTS["groups"]
    for rule in group["rules"]:
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"]["summary"].endswith((".", "?"))


def test_a_cluster_is_told_the_same() -> None:
    components = ROOT / "deploy" / "kubernetes" / "components"
    things = list(yaml.safe_load_all((components / "monitors" / "monitors.yaml").read_text("utf-8")))
    [rules] = [thing["spec"] for thing in things if thing["kind"] == "PrometheusRule"]
    ours = f'namespace="community",service=~"{"|".join(SERVICES)}"'
    assert json.loads(json.dumps(rules).replace(json.dumps(ours)[1:-1], 'job=\\"community\\"')) == ALERTS


def test_prometheus_finds_every_service() -> None:
    [job] = yaml.safe_load((FOLDER / "prometheus.yml").read_text("utf-8"))["scrape_configs"]
    assert job["dns_sd_configs"][0]["names"] == list(SERVICES)
    assert job["dns_sd_configs"][0]["port"] == 8000


def test_the_board_and_the_container_name_the_same_sources() -> None:
    sources = yaml.safe_load((FOLDER / "grafana" / "datasources.yaml").read_text("utf-8"))["datasources"]
    assert {panel["datasource"]["uid"] for panel in BOARD["panels"]} <= {source["uid"] for source in sources}
    containers = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
    for source in sources:
        assert re.fullmatch(r"http://([a-z]+):\d+", source["url"])[1] in containers  # type: ignore[index]
    for name in ("prometheus", "traces", "grafana"):
        assert containers[name]["profiles"] == ["observability"]
        assert containers[name]["read_only"]
        for volume in containers[name].get("volumes", ()):
            if volume.startswith("./"):
                assert (ROOT / volume.partition(":")[0]).exists()
