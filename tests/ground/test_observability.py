"""Alerts and dashboard ask for figures that there are, and say the same for compose and Kubernetes."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
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
    told = json.dumps(rules)
    for ours in (f'namespace="community",service=~"{"|".join(SERVICES)}"', 'namespace="community"'):
        told = told.replace(json.dumps(ours)[1:-1], 'job=\\"community\\"')
    assert json.loads(told) == ALERTS


_WELL = [(f'up{{job="community",service="{name}",instance="{name}:8000"}}', "1x9") for name in SERVICES]
_WELL += [
    (f'community_relay_leading{{service="{name}",instance="{name}:800{n}"}}', f"{n}x9")
    for name in SERVICES
    for n in range(2)
]


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    ("values", "from_instances"),
    [(None, False), ("1 1 stale", False), ("0x9", True)],
    ids=["never seen", "gone", "silent"],
)
def test_a_service_that_is_away_is_told(
    service: str, values: str | None, *, from_instances: bool, tmp_path: Path
) -> None:
    """Prometheus' own tool plays the alerts; where it is not there, the test below looks at what they ask for."""
    tool = shutil.which("promtool")
    if tool is None:
        return
    others = [each for each in _WELL if f'service="{service}"' not in each[0]]
    own = [(name, values) for name, _ in _WELL if f'service="{service}"' in name and values is not None]
    place = {"instance": f"{service}:8000"} if from_instances else {}
    away = {"severity": "critical", "job": "community", "service": service, **place}
    silent = {"severity": "critical", "service": service}
    summary = f"{service}{f' at {service}:8000' if place else ''} does not answer; see its log and /readyz."
    idle = f"No replica of {service} sends its events; is MongoDB well?"
    _played(
        tool,
        tmp_path,
        others + own,
        {
            "ServiceAway": [{"exp_labels": away, "exp_annotations": {"summary": summary}}],
            "NobodyRelays": [{"exp_labels": silent, "exp_annotations": {"summary": idle}}],
        },
    )


def test_nobody_is_told_while_all_are_well(tmp_path: Path) -> None:
    if tool := shutil.which("promtool"):
        _played(tool, tmp_path, _WELL, {"ServiceAway": [], "NobodyRelays": []})


def test_what_has_no_figures_is_asked_for_by_name() -> None:
    rules = {rule["alert"]: rule["expr"] for group in ALERTS["groups"] for rule in group["rules"]}
    for alert, figure in (("ServiceAway", 'up{job="community",'), ("NobodyRelays", "community_relay_leading{")):
        asked = re.findall(rf'or absent\({re.escape(figure)}service="([a-z]+)"}}\)', rules[alert])
        assert asked == list(SERVICES)


def _played(tool: str, folder: Path, series: list[tuple[str, str]], fire: dict[str, list[dict[str, Any]]]) -> None:
    """Which alerts are told nine minutes on, of series with a value a minute."""
    play = {
        "rule_files": [str(FOLDER / "alerts.yml")],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": values} for name, values in series],
                "alert_rule_test": [
                    {"eval_time": "9m", "alertname": alert, "exp_alerts": told} for alert, told in fire.items()
                ],
            }
        ],
    }
    (folder / "play.yml").write_text(yaml.safe_dump(play), "utf-8")
    done = subprocess.run([tool, "test", "rules", str(folder / "play.yml")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


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
