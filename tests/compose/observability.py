"""What the profile `observability` shows of the services at work: figures, alerts, traces, the dashboard."""

import asyncio
import base64
import json
import urllib.parse
from collections.abc import Callable, Sequence
from typing import Any

from tests.applied.table import Table
from tests.compose.stack import Stack
from tests.e2e import threads
from tests.e2e.house import ROOT, SERVICES
from tests.waiting import eventually, patiently

WATCHING = ("prometheus", "traces", "grafana")
SETTINGS = {"OTLP_ENDPOINT": "http://traces:4318/v1/traces", "TRACE_RATIO": "1"}
"""The lines of deploy/compose/example.env, and every request traced."""

_DASHBOARD = ROOT / "deploy/observability/grafana/dashboards/community.json"
_EMPTY_WHERE_ALL_IS_WELL = {"Dead letters in an hour"}

_ASK = """
import sys, urllib.request
asked = urllib.request.Request(sys.argv[1], headers=dict(word.split(": ", 1) for word in sys.argv[2:]))
print(urllib.request.urlopen(asked, timeout=10).read().decode())
"""
_PATIENCE = 45
"""Seconds on two quiet cores."""


async def run(stack: Stack, table: Table, watching: Sequence[str]) -> None:
    """Start the services and those of `watching`, let both threads pass, and a row for what each of them shows."""

    async def up() -> str:
        await asyncio.to_thread(stack.up)
        await asyncio.to_thread(
            stack.compose, "up", "--detach", "--no-build", "--wait", *watching, within=patiently(_PATIENCE)
        )
        await threads.a_finding_is_put_right(stack.house().elsewhere())
        await threads.an_activity_is_attended(stack.house().elsewhere())
        return f"{', '.join(watching)} beside the services; threads 2 of 2"

    if not await table.during("up, and at work", up):
        return
    looks: dict[str, Callable[[Stack], str]] = {"prometheus": _figures, "traces": _traces, "grafana": _boards}
    for name in watching:
        await table.during(name, lambda look=looks[name]: _in_time(stack, look))  # type: ignore[misc]


async def _in_time(stack: Stack, look: Callable[[Stack], str]) -> str:
    """What `look` found once it holds; figures are read, and traces sent, every few seconds."""
    said = ""

    async def shown() -> str | None:
        nonlocal said
        try:
            return await asyncio.to_thread(look, stack)
        except _NotYet as error:
            said = str(error)
            return None

    try:
        return await eventually(shown, within=_PATIENCE, every=5)
    except TimeoutError:
        raise AssertionError(said) from None


class _NotYet(Exception):
    """It is not shown, or not yet."""


def _figures(stack: Stack) -> str:
    targets = _asked(stack, "http://prometheus:9090/api/v1/targets?state=active")["data"]["activeTargets"]
    read = {target["labels"]["service"] for target in targets if target["health"] == "up"}
    groups = _asked(stack, "http://prometheus:9090/api/v1/rules")["data"]["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    ill = [f"{rule['name']}: {rule.get('lastError', rule['health'])}" for rule in rules if rule["health"] != "ok"]
    firing = [rule["name"] for rule in rules if rule["state"] != "inactive"]
    if read != set(SERVICES) or ill or firing or not rules:
        raise _NotYet(f"read: {sorted(read)}; rules that fail: {ill}; alerts: {firing}")
    panels = json.loads(_DASHBOARD.read_text())["panels"]
    drawn = {panel["title"]: all(_samples(stack, target["expr"]) for target in panel["targets"]) for panel in panels}
    if empty := [title for title, has in drawn.items() if not has and title not in _EMPTY_WHERE_ALL_IS_WELL]:
        raise _NotYet(f"nothing to draw for {empty}")
    alerts = f"{len(rules)} alerts evaluated, none pending or firing"
    return f"{len(targets)} services read, {alerts}, {len(panels)} panels of the dashboard have what they draw"


def _samples(stack: Stack, expression: str) -> list[Any]:
    asked = urllib.parse.urlencode({"query": expression})
    found: list[Any] = _asked(stack, f"http://prometheus:9090/api/v1/query?{asked}")["data"]["result"]
    return found


def _traces(stack: Stack) -> str:
    known = set(_asked(stack, "http://traces:16686/api/services")["data"] or ())
    if not known >= set(SERVICES):
        raise _NotYet(f"traces of {sorted(known)}")
    found = _asked(stack, "http://traces:16686/api/traces?service=notify&limit=200&lookback=1h")["data"]
    through = [{process["serviceName"] for process in trace["processes"].values()} for trace in found]
    together = sum({"issues", "notify"} <= names for names in through)
    if not together:
        raise _NotYet(f"{len(found)} traces of notify, none of which began in issues")
    return f"traces of {len(known)} services, {together} of which go from issues to notify"


def _boards(stack: Stack) -> str:
    word = stack.compose("run", "--rm", "--no-deps", "-T", "secrets", "cat", "/secrets/grafana/admin").strip()
    header = f"Authorization: Basic {base64.b64encode(f'admin:{word}'.encode()).decode()}"
    boards = _asked(stack, "http://grafana:3000/api/search?type=dash-db", header)
    sources = [f"http://grafana:3000/api/datasources/uid/{uid}/health" for uid in ("prometheus", "traces")]
    health = [_asked(stack, source, header) for source in sources]
    if len(boards) != 1 or any(each["status"] != "OK" for each in health):
        raise _NotYet(f"{boards} {health}")
    return f"{boards[0]['title']}, and both of its sources answer"


def _asked(stack: Stack, url: str, *headers: str) -> Any:
    done = stack.inside("issues", "python", "-c", _ASK, url, *headers)
    if done.returncode != 0:
        raise _NotYet(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else url)
    return json.loads(done.stdout)
