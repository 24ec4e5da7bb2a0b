"""Commands on one aggregate that are carried out together: each gets what it would have got alone, and no more."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from bson import decode
from bson.codec_options import CodecOptions
from hypothesis import given, settings
from hypothesis import strategies as st
from pymongo.errors import AutoReconnect, DuplicateKeyError

from services.chassis.aggregate import Aggregate, Decision, decided
from services.chassis.errors import Conflict, StaleVersion, UnknownAggregate
from services.chassis.store import changes as module
from services.chassis.store import queues
from services.chassis.store.changes import Changes
from services.chassis.store.command_group import Before, Change
from services.chassis.store.mongo import Document, encoded
from services.chassis.store.named import Named
from services.chassis.store.receipt import Receipt, Replayed
from services.chassis.store.stored import Cause, Kind, Stored, Taken
from services.chassis.store.unavailable import StoreUnavailable
from services.contracts.event import Event, State
from services.contracts.marks import Public, Thing
from services.contracts.topics import Topic
from tests.waiting import patiently

NOW = datetime(2026, 3, 1, tzinfo=UTC)
BENCHES = Topic("benches.v1", "benches", "Benches.")
ROOM = 12


class BenchState(State, type="cn.community.benches.bench.state.v1", topic=BENCHES):
    """A bench as everybody may see it."""

    sat: Public[int]


class BenchTaken(Event, type="cn.community.benches.bench.taken.v1", topic=BENCHES, state=BenchState):
    """Somebody has sat down."""

    sat: Public[int]


class BenchFull(Conflict, code="bench.full", zh="坐满了。", en="The bench is full."):
    """There is no more room."""


class Bench(Aggregate):
    """A bench with room for some."""

    sitting: Thing[tuple[str, ...]] = ()

    def public(self) -> BenchState:
        return BenchState(sat=len(self.sitting))


KIND = Kind("bench", "benches", Bench, BENCHES, BenchState)


def sit(name: str) -> Callable[[Bench, datetime], Decision[Bench]]:
    """Sit down, where there is room."""

    def decide(bench: Bench, _now: datetime) -> Decision[Bench]:
        if len(bench.sitting) >= ROOM:
            raise BenchFull()
        sitting = (*bench.sitting, name)
        return decided(bench.model_copy(update={"sitting": sitting}), BenchTaken(sat=len(sitting)))

    return decide


def look(bench: Bench, _now: datetime) -> Decision[Bench]:
    """Change nothing."""
    return decided(bench)


def stumble(_bench: Bench, _now: datetime) -> Decision[Bench]:
    """A rule with a fault in it."""
    raise ZeroDivisionError


@dataclass
class Store:
    """One document in memory. `plan` says of each call what befalls it: nothing, that another process writes first,
    that the store is gone before it has written, that it is gone after that, or that it refuses the document."""

    plan: Iterator[str]
    document: Document = field(
        default_factory=lambda: {"_id": "bench-1", "v": 0, "state": {"community": "here", "sitting": []}, "outbox": []}
    )
    writes: int = 0
    refused: int = 0

    async def find_one(self, query: Document, _fields: Document) -> Document | None:
        await self._meet()
        return dict(self.document) if query["_id"] == self.document["_id"] else None

    async def read(self, id: str) -> Before[Bench] | None:
        found = await self.find_one({"_id": id}, {})
        return None if found is None else Before.read(Bench, found)

    async def version(self, id: str) -> int | None:
        found = await self.find_one({"_id": id}, {})
        return None if found is None else int(found["v"])

    async def write(self, query: Document, update: Document) -> bool:
        befalls = await self._meet()
        if befalls == "refuses":
            self.refused += 1
            raise DuplicateKeyError("no such document")
        if query["v"] != self.document["v"]:
            return False
        self._apply(decode(encoded(update).raw, CodecOptions(tz_aware=True)))
        if befalls == "gone-after":
            raise AutoReconnect("gone")
        return True

    def _apply(self, update: Document) -> None:
        self.writes += 1
        self.document |= update.get("$set", {})
        for name, pushed in update["$push"].items():
            kept = [*self.document.get(name, []), *pushed["$each"]]
            self.document[name] = kept[pushed["$slice"] :] if "$slice" in pushed else kept

    async def _meet(self) -> str:
        befalls = next(self.plan, "")
        await asyncio.sleep(0)
        if befalls == "overtaken":
            state = self.document["state"]
            self.document["v"] += 1
            self.document["state"] = {**state, "sitting": [*state["sitting"], "stranger"]}
            self.document["outbox"] = [*self.document["outbox"], {"seq": self.document["v"], "actor": "stranger"}]
        elif befalls == "gone":
            raise AutoReconnect("gone")
        await asyncio.sleep(0)
        return befalls


def changes_of(store: Store) -> Changes[Bench]:
    """The changes of benches in `store`."""
    collection: Any = store
    made: Any = Changes(KIND, collection, lambda: NOW, Named(None, Bench), lambda _: None, lambda _kind, _outcome: None)
    made.read, made.version, made.write = store.read, store.version, store.write
    changes: Changes[Bench] = made
    return changes


def receipt(key: str) -> Receipt:
    """Keeps the version at which the request was carried out."""
    return Receipt(key, key, 200, lambda stored: str(stored.version).encode())


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "pause", lambda _attempt: asyncio.sleep(0))
    monkeypatch.setattr(module, "_LONGEST", 60)
    monkeypatch.setattr(queues, "pause_behind", lambda _crowd: 1e-6)


async def together(*commands: Coroutine[Any, Any, Stored[Bench]]) -> list[Stored[Bench] | BaseException]:
    """What becomes of commands that come at once."""
    return await asyncio.gather(*commands, return_exceptions=True)


async def test_a_crowd_is_written_at_once_and_each_has_its_own_events_and_answer() -> None:
    store = Store(iter(()))
    change = changes_of(store)

    came = await together(*(change("bench-1", Change(sit(f"p-{n}"), Cause(f"p-{n}", f"c-{n}"))) for n in range(10)))

    assert store.writes == 2  # the first alone, those who came meanwhile by one write
    assert [each.version for each in came if isinstance(each, Stored)] == list(range(1, 11))
    assert [(e["seq"], e["actor"], e["cause"], e["data"]["sat"]) for e in store.document["outbox"]] == [
        (n + 1, f"p-{n}", f"c-{n}", n + 1) for n in range(10)
    ]
    assert [e["seq"] for e in store.document["outbox"] if "state" in e] == [1, 10]
    assert store.document["outbox"][-1]["state"] == b'{"sat":10}'


async def test_who_is_refused_and_who_fails_cost_nobody_else_anything() -> None:
    store = Store(iter(()))
    change = changes_of(store)
    await change("bench-1", Change(look, Cause("p")))

    came = await together(
        change("bench-1", Change(sit("a"), Cause("a"))),
        change("bench-1", Change(stumble, Cause("b"))),
        change("bench-1", Change(sit("c"), Cause("c"), expected=7)),
        change("bench-1", Change(sit("d"), Cause("d"), receipt=receipt("d"))),
        change("bench-1", Change(sit("d"), Cause("d"), receipt=receipt("d"))),
        change("bench-1", Change(sit("e"), Cause("e"), taken=Taken("h", "s", 1))),
        change("bench-1", Change(sit("e"), Cause("e"), taken=Taken("h", "s", 1))),
    )

    assert [type(each) for each in came] == [Stored, ZeroDivisionError, StaleVersion, Stored, Replayed, Stored, Stored]
    assert store.document["state"]["sitting"] == ["a", "d", "e"]
    with pytest.raises(UnknownAggregate):
        await change("bench-2", Change(look, Cause("a")))


async def test_a_document_that_the_store_refuses_costs_only_whose_it_is() -> None:
    store = Store(iter(["", "", "refuses", "", "", "", "refuses"]))
    change = changes_of(store)

    came = await together(*(change("bench-1", Change(sit(n), Cause(n))) for n in "abcd"))

    assert store.refused == 2
    assert Counter(type(each) for each in came) == {Stored: 3, DuplicateKeyError: 1}
    assert len(store.document["state"]["sitting"]) == 3


async def test_who_leaves_takes_nobody_along() -> None:
    store = Store(iter(()))
    change = changes_of(store)
    tasks = [asyncio.create_task(change("bench-1", Change(sit(n), Cause(n)))) for n in "abcd"]
    await asyncio.sleep(0)
    tasks[0].cancel()
    tasks[2].cancel()

    came = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(each) for each in came] == [asyncio.CancelledError, Stored, asyncio.CancelledError, Stored]
    assert store.document["state"]["sitting"] == ["b", "d"]


PLANS = st.lists(st.sampled_from(["", "", "", "overtaken", "gone", "gone-after", "refuses"]), max_size=12)
COMMANDS = st.lists(
    st.tuples(
        st.sampled_from(["sit", "sit", "sit", "again", "look", "stumble", "stale", "event"]),
        st.integers(0, 4),
        st.booleans(),
    ),
    min_size=1,
    max_size=24,
)


@settings(max_examples=120, deadline=None)
@given(PLANS, COMMANDS)
def test_whatever_befalls_the_store_each_command_has_its_effect_once_or_not_at_all(
    plan: list[str], commands: list[tuple[str, int, bool]]
) -> None:
    """Two processes share the store, others write in between, callers leave; requests are repeated."""
    asyncio.run(_live(plan, commands))


async def _live(plan: list[str], commands: list[tuple[str, int, bool]]) -> None:
    store = Store(iter(plan))
    sides = (changes_of(store), changes_of(store))
    asked: list[tuple[Change[Bench], asyncio.Task[Stored[Bench]], int]] = []
    for n, (what, wait, leaves) in enumerate(commands):
        name = f"p-{n}"
        change = Change(sit(name), Cause(name), receipt=receipt(name))
        if what == "again" and asked:
            change = asked[-1][0]
        elif what == "look":
            change = Change(look, Cause(name))
        elif what == "stumble":
            change = Change(stumble, Cause(name))
        elif what == "stale":
            change = Change(sit(name), Cause(name), expected=n)
        elif what == "event":
            change = Change(sit("event"), Cause("event"), taken=Taken("h", "s", 1))
        asked.append((change, asyncio.create_task(sides[n % 3 == 0]("bench-1", change)), store.document["v"]))
        for _ in range(wait):
            await asyncio.sleep(0)
        if leaves:
            asked[-1][1].cancel()
    came = await asyncio.gather(*(task for _, task, _ in asked), return_exceptions=True)
    async with asyncio.timeout(patiently(5)):  # what goes on without its callers
        while any(len(side) for side in sides):
            await asyncio.sleep(0)

    document, facts = store.document, store.document["outbox"]
    assert [entry["seq"] for entry in facts] == list(range(1, document["v"] + 1))
    assert len(document["state"]["sitting"]) == len(facts)
    sat = Counter(entry["actor"] for entry in facts)
    assert all(count == 1 for actor, count in sat.items() if actor != "stranger")
    by = {entry["actor"]: entry["seq"] for entry in facts}
    times = Counter(change for change, *_ in asked)
    for (change, _, stood), outcome in zip(asked, came, strict=True):
        actor = change.cause.actor
        if isinstance(outcome, Stored) and change.decide is look:
            assert outcome.version >= stood
        elif isinstance(outcome, StaleVersion):
            assert outcome.params["version"] >= stood
        elif isinstance(outcome, Stored):
            assert actor in by
            if change.taken is None:
                assert outcome.version == by[actor]
                assert outcome.aggregate.sitting[-1] == actor
        elif isinstance(outcome, Replayed):
            assert outcome.body == str(by[actor]).encode()
        if isinstance(outcome, BenchFull | StaleVersion | ZeroDivisionError):
            assert actor not in by or times[change] > 1
        elif not isinstance(outcome, Stored | Replayed):
            assert isinstance(outcome, asyncio.CancelledError | StoreUnavailable | DuplicateKeyError)
