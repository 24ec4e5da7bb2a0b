"""A steady load of commands, each repeated with its Idempotency-Key until it is acknowledged; and what must hold after.

A case is reported by a grid worker and dispatched by staff: two commands, two events, and one effect in another
service (the reporter is told).
"""

import asyncio
import contextlib
import json
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from pymongo import MongoClient

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.kafka.access import for_client
from services.chassis.principal import Role
from services.chassis.settings.service_settings import AuthSettings, KafkaSettings
from services.contracts.notices import NoticeChannel, NoticeKind
from services.contracts.topics import ISSUES
from tests.e2e.house import COMMUNITY
from tests.waiting import eventually, patiently

A_SECOND = 12
AT_ONCE = 32
"""Cases under way at most: a machine that is slower than `A_SECOND` gets less load, and no queue that only grows."""
KNOCK_AGAIN = 1.0
"""Seconds after which somebody who was not answered tries again, though nobody else was answered either."""
_OURS = {"state.community": COMMUNITY}
"""What the load made; others may be at work in other communities."""
_TOLD = {**_OURS, "state.kind": NoticeKind.CASE_DISPATCHED, "state.channel": NoticeChannel.INBOX}
_REPORTED = "cn.community.issues.case.reported.v1"
_DISPATCHED = "cn.community.issues.case.dispatched.v1"
_WITH = (_REPORTED, _DISPATCHED)
"""Events that carry a field more in the next version."""


@dataclass
class Load:
    """Commands on their way and those acknowledged."""

    urls: Sequence[str]
    variables: dict[str, str]
    place: str = ""
    unit: str = ""
    reported: set[str] = field(default_factory=set)
    dispatched: set[str] = field(default_factory=set)
    a_second: float = A_SECOND
    refused: int = 0
    """Commands that had to be sent again, and how many of those the second time was no better for."""
    refused_twice: int = 0
    put_off: int = 0
    """Commands that a service asked to bring later, for it had too much to do."""
    failed: list[BaseException] = field(default_factory=list)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _answering: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        key = Path(self.variables["AUTH_DEVELOPMENT_KEY"])
        issuer = DevelopmentIssuer(AuthSettings(environment="test", auth_development_key=key))
        self._worker = _bearer(issuer, "worker-1", Role.GRID_WORKER)
        self._staff = _bearer(issuer, "staff-1", Role.STAFF)

    async def prepare(self) -> None:
        """A compound, and a unit to dispatch to."""
        async with httpx.AsyncClient(timeout=patiently(10)) as http:
            place = {"community": COMMUNITY, "kind": "compound", "title": "都市阳光小区"}
            unit = {"community": COMMUNITY, "code": "property", "kind": "property", "title": "物业"}
            self.place = (await self._insist(http, self._staff, "/api/issues/v1/places", place))["id"]
            self.unit = (await self._insist(http, self._staff, "/api/issues/v1/units", unit))["id"]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Load while inside; on leaving, every command under way is acknowledged first."""
        await self.prepare()
        driving = asyncio.create_task(self._drive())
        try:
            yield
        finally:
            self._stopping.set()
            await asyncio.wait_for(driving, patiently(120))

    async def more(self, count: int, within: float = 60) -> None:
        """Wait until `count` more commands are acknowledged."""
        goal = len(self.dispatched) + count
        await eventually(lambda: len(self.dispatched) >= goal, within)

    async def _drive(self) -> None:
        pending: set[asyncio.Task[None]] = set()
        async with httpx.AsyncClient(timeout=patiently(10)) as http:
            while not self._stopping.is_set():
                task = asyncio.create_task(self._one(http))
                pending.add(task)
                task.add_done_callback(pending.discard)
                task.add_done_callback(self._note)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), 1 / self.a_second)
                if len(pending) >= AT_ONCE:
                    await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.gather(*pending, return_exceptions=True)
        assert self.failed == [], f"{len(self.failed)} commands were refused for good, the first: {self.failed[0]}"

    def _note(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self.failed.append(error)

    async def _one(self, http: httpx.AsyncClient) -> None:
        report = {"community": COMMUNITY, "category": "lighting", "place": self.place, "title": "照明灯不亮"}
        case = (await self._insist(http, self._worker, "/api/issues/v1/cases", report))["id"]
        self.reported.add(case)
        await self._insist(http, self._staff, f"/api/issues/v1/cases/{case}/dispatch", {"unit": self.unit})
        self.dispatched.add(case)

    async def _insist(self, http: httpx.AsyncClient, bearer: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send until acknowledged; the same key each time, a different replica each time.

        Whoever was not answered tries again as soon as somebody is, or after a while: hundreds that knock all the time
        would take the processor from the process that they wait for.
        """
        headers = {"Authorization": bearer, "Idempotency-Key": str(uuid.uuid4())}
        attempt = 0
        while True:
            with contextlib.suppress(httpx.TransportError):
                answer = await http.post(self.urls[attempt % len(self.urls)] + path, json=body, headers=headers)
                ours = answer.headers.get("content-type", "").endswith("json")  # else a machine on the way answered
                if ours and answer.status_code < 300:
                    self._answering.set()
                    found: dict[str, Any] = answer.json()
                    return found
                if ours and answer.status_code < 500:
                    raise AssertionError(f"{path}: {answer.status_code} {answer.text}")
                if (
                    ours and answer.json().get("code") == "overloaded"
                ):  # the service is well, and says when to come again
                    self.put_off += 1
                    await asyncio.sleep(float(answer.headers.get("retry-after", KNOCK_AGAIN)))
                    continue
            attempt += 1
            self.refused += attempt == 1
            self.refused_twice += attempt == 2
            self._answering.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._answering.wait(), KNOCK_AGAIN)


async def side_by_side(load: Load, field: str) -> tuple[int, int]:
    """How many events of cases were told with `field` and how many without while two versions were at work together.

    That is from the first event of the newer version to the last of the one before it, by the broker's time.
    """
    facts = await _facts(load.variables)
    told = sorted((at, field in json.loads(value)) for _, _, type, value, at in facts if type in _WITH)
    newer = [at for at, new in told if new]
    older = [at for at, new in told if not new]
    if not newer or not older:
        return 0, 0
    return sum(at < older[-1] for at in newer), sum(at > newer[0] for at in older)


def _bearer(issuer: DevelopmentIssuer, sub: str, role: Role) -> str:
    return f"Bearer {issuer.mint(sub, [role], [COMMUNITY])}"


async def everything_told_once(load: Load) -> None:
    """Every acknowledged command's event is on its topic, in version order, none invented; every effect stands once."""
    await eventually(lambda: _outboxes_empty(load.variables), within=60, every=0.25)
    facts = await _facts(load.variables)
    arrivals: defaultdict[str, list[int]] = defaultdict(list)
    contents: dict[tuple[str, int], tuple[str, bytes]] = {}
    for key, sequence, type, value, _ in facts:
        assert contents.setdefault((key, sequence), (type, value)) == (type, value), "one event, two contents"
        if sequence not in arrivals[key]:
            arrivals[key].append(sequence)
    for key, sequences in arrivals.items():
        assert sequences == sorted(sequences), f"{key} arrived as {sequences}"
    told = {(key, type) for (key, _), (type, _) in contents.items()}
    assert {(case, _REPORTED) for case in load.reported} <= told, "an acknowledged report is not on the topic"
    assert {(case, _DISPATCHED) for case in load.dispatched} <= told, "an acknowledged dispatch is not on the topic"
    with MongoClient[dict[str, Any]](load.variables["MONGODB_URL"]) as client:
        issues = client[load.variables["ISSUES_DATABASE"]]
        journal = {(entry["_id"]["a"], entry["_id"]["s"]) for entry in issues["journal"].find({}, {"_id": 1})}
        assert {(key, sequence) for key, sequence in contents} <= journal, "the topic tells what never happened"
        versions = {found["_id"]: found["v"] for found in issues["cases"].find(_OURS, {"v": 1})}
        assert len(versions) == len(load.reported), "a report that was repeated made a second case"
        assert all(arrivals[case] == list(range(1, version + 1)) for case, version in versions.items())
    await eventually(lambda: _effects_once(load), within=120, every=0.25)


async def _outboxes_empty(variables: dict[str, str]) -> bool:
    with MongoClient[dict[str, Any]](variables["MONGODB_URL"]) as client:
        issues = client[variables["ISSUES_DATABASE"]]
        return issues["cases"].count_documents({"outbox.0": {"$exists": True}}) == 0


async def _effects_once(load: Load) -> bool:
    """Each dispatch is one notice to the reporter, and the board's copy of each case is the last state."""
    with MongoClient[dict[str, Any]](load.variables["MONGODB_URL"]) as client:
        notify = client[load.variables["NOTIFY_DATABASE"]]
        notices = [found["state"]["about"] for found in notify["notices"].find(_TOLD)]
        assert len(notices) == len(set(notices)), "somebody was told twice"
        assert set(notices) <= load.dispatched | load.reported, "somebody was told of what never happened"
        return set(notices) == load.dispatched


def _way_in(variables: dict[str, str]) -> dict[str, Any]:
    """What a client of Kafka says of itself there."""
    told = {name.lower(): value for name, value in variables.items() if name.startswith("KAFKA_")}
    return for_client(KafkaSettings.model_validate({"environment": "test", **told}).kafka_access)


async def _facts(variables: dict[str, str]) -> list[tuple[str, int, str, bytes, int]]:
    """Every fact of cases on the topic, in the order of its partition, with the broker's time."""
    topic = variables["KAFKA_TOPIC_PREFIX"] + ISSUES.name
    consumer = AIOKafkaConsumer(
        bootstrap_servers=variables["KAFKA_BOOTSTRAP"],
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        **_way_in(variables),
    )
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, p) for p in range(int(variables["KAFKA_PARTITIONS"]))]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        found: list[tuple[str, int, str, bytes, int]] = []
        while any([await consumer.position(p) < ends[p] for p in partitions]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    headers = {name: value.decode() for name, value in record.headers}
                    if headers["ce_subject"].startswith("case/"):
                        sequence = int(headers["ce_sequence"])
                        type, at = headers["ce_type"], record.timestamp
                        found.append((record.key.decode(), sequence, type, record.value, at))
        return found
    finally:
        await consumer.stop()
