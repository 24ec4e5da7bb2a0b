"""Merging over HTTP and by event: everybody counts once where the case goes on, and comes back when it is undone."""

import asyncio
import random
from collections.abc import Sequence
from datetime import timedelta

import pytest

from services.chassis.clock import utc_now
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates, Cause
from services.contracts.issues import CaseStatus
from services.issues.cases.api import merging as merging_routes
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.clock import Clocks
from services.issues.cases.domain.merging import Merge
from services.issues.cases.domain.merging import merge as decide_merge
from services.issues.cases.joining import surviving_case
from services.issues.cases.mergers import Mergers
from tests.integration.issues.calling import Answer, Api, a_community
from tests.integration.issues.kept import Kept
from tests.integration.issues.listening import Running
from tests.integration.issues.neighbours import a_lamp, affected, all_join, residents
from tests.integration.issues.opening import erase
from tests.unit.issues.world import NEIGHBOUR, RESIDENT, STAFF, WALKER
from tests.waiting import eventually

ME = Cause("test")


@pytest.fixture
def mergers(store: Kept) -> Mergers:
    return Mergers(store.cases, store.supporter_counts, store.clocks)


async def merge(api: Api, case: str, into: str) -> Answer:
    return await api.post(STAFF, f"/cases/{case}/merge", {"into": into, "reason": "同一盏灯"})


async def test_merged_people_count_once_and_come_back(running: Running) -> None:
    """With the relay, Kafka and the service's own subscribers, on the way there and back."""
    api = running.api
    unit, [house, *_] = await a_community(api)
    one, other = (await a_lamp(api, house))["id"], (await a_lamp(api, house, NEIGHBOUR))["id"]
    people = residents(6)
    await all_join([api], one, people[:4])
    await all_join([api], other, [*people[2:], RESIDENT])
    assert [await affected(api, case) for case in (one, other)] == [5, 6]
    await api.made(STAFF, f"/cases/{other}/accept", {})
    before = await api.made(STAFF, f"/cases/{other}/dispatch", {"unit": unit})

    merged = (await merge(api, other, one)).json
    assert (merged["status"], merged["merged_into"], merged["due_at"]) == ("merged", one, None)
    # Six neighbours and the two reporters, one of whom had joined the other's case.
    await eventually(lambda: _is(api, one, 8), within=90)
    assert (await merge(api, other, one)).code == "case.not-now"
    assert (await merge(api, one, other)).code == "case.merged-into-itself"
    assert [each["id"] for each in (await api.get(STAFF, f"/cases/{one}/merged")).json["items"]] == [other]
    late = await api.post(WALKER, f"/cases/{other}/support")
    assert (late.json["id"], late.json["affected"]) == (one, 9)
    assert (await api.get(people[5], f"/cases/{other}/support")).json["supported"] is True

    await api.made(STAFF, f"/cases/{one}/accept", {})  # it has moved on meanwhile
    apart = await api.made(STAFF, f"/cases/{other}/unmerge", None)
    assert (apart["status"], apart["unit"], apart["merged_into"]) == ("dispatched", unit, None)
    assert apart["due_at"] >= before["due_at"]
    await eventually(lambda: _is(api, one, 6), within=90)  # and the walker, who joined this one
    await eventually(lambda: _is(api, other, 6), within=90)
    kinds = [record.envelope.type.split(".")[4] for record in await running.read("community.issues.v1")]
    assert (kinds.count("merged"), kinds.count("unmerged"), kinds.count("given")) == (1, 1, 10)


async def test_a_merger_does_not_reach_a_case_that_closes_at_that_moment(
    api: Api, store: Kept, mergers: Mergers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever merges has read the other case, which is closed before the merger is written."""
    _, [house, *_] = await a_community(api)
    one, other, third = [(await a_lamp(api, house, by))["id"] for by in (RESIDENT, NEIGHBOUR, WALKER)]

    async def read_too_early(cases: Aggregates[Case], id: str) -> Case:
        found = await surviving_case(cases, id)
        await api.made(STAFF, f"/cases/{id}/reject", {"reason": "不属实"})
        return found

    monkeypatch.setattr(merging_routes, "surviving_case", read_too_early)
    key = {"Idempotency-Key": "merged-late"}
    for _ in range(2):
        refused = await api.post(STAFF, f"/cases/{other}/merge", {"into": one}, key)
        assert (refused.status, refused.code) == (409, "case.merged-into-closed")
        monkeypatch.undo()
    again = (await api.get(STAFF, f"/cases/{other}")).json
    assert (again["status"], again["merged_into"]) == ("reported", None)

    # The same where the process dies before it looks: the event is taken all the same.
    stale = (await store.cases.get(one)).aggregate.model_copy(update={"status": CaseStatus.REPORTED})
    command = Merge(into=one)
    merged = await store.cases.change(
        third, lambda case, now: decide_merge(case, command, stale, Clocks(), STAFF, now), ME
    )
    await mergers.let_go_of_closed(third, one, utc_now(), ME)
    assert merged.aggregate.status is CaseStatus.MERGED
    assert (await store.cases.get(third)).aggregate.status is CaseStatus.ACCEPTED


async def test_a_case_that_closes_after_a_merger_takes_the_merged_one_along(
    api: Api, store: Kept, mergers: Mergers
) -> None:
    _, [house, *_] = await a_community(api)
    one, other = [(await a_lamp(api, house, by))["id"] for by in (RESIDENT, NEIGHBOUR)]
    await api.made(STAFF, f"/cases/{other}/merge", {"into": one})
    await api.made(STAFF, f"/cases/{one}/reject", {"reason": "不属实"})
    await mergers.let_go_of_closed(other, one, utc_now() - timedelta(seconds=9), ME)
    assert (await store.cases.get(other)).aggregate.status is CaseStatus.MERGED


async def test_in_any_order_everybody_counts_once(
    api: Api, store: Kept, mergers: Mergers, opened: Sequence[Room]
) -> None:
    """Joining, leaving, merging, taking apart and erasing at random, beside a plain count of people."""
    _, [house, *_] = await a_community(api)
    chance, people = random.Random(20261126), residents(6)
    reporters = residents(4, first=2)
    cases = [(await a_lamp(api, house, by))["id"] for by in reporters]
    joined: dict[str, set[str]] = {case: {by.sub} for case, by in zip(cases, reporters, strict=True)}
    into: dict[str, str] = {}

    def end(case: str) -> str:
        return end(into[case]) if case in into else case

    for _ in range(45):
        case, other, by = chance.choice(cases), chance.choice(cases), chance.choice(people)
        act = chance.choice(["join", "join", "leave", "merge", "merge", "apart"])
        if act == "join":
            if (await api.post(by, f"/cases/{case}/support")).status == 200:
                joined[end(case)].add(by.sub)
        elif act == "leave":
            assert (await api.delete(by, f"/cases/{case}/support")).status == 200
            for each, reporter in zip(cases, reporters, strict=True):
                if end(each) == end(case) and reporter.sub != by.sub:
                    joined[each].discard(by.sub)
        elif act == "merge" and (await merge(api, case, other)).status == 200:
            into[case] = other
            await mergers.regroup(case, ME)
        elif act == "apart" and (await api.post(STAFF, f"/cases/{case}/unmerge")).status == 200:
            before = end(case)
            del into[case]
            await mergers.regroup(case, ME)
            await mergers.regroup(before, ME)
        await _agree(api, cases, joined, end)
    await erase(opened, people[3].sub)
    for case in cases:
        await mergers.regroup(case, ME)
    await _agree(api, cases, joined, end)
    assert await store.supports.collection.count_documents({"state.person": people[3].sub}) == 0


async def test_a_chain_ends_at_one_and_crosswise_mergers_come_apart(api: Api, store: Kept, mergers: Mergers) -> None:
    _, [house, *_] = await a_community(api)
    a, b, c = [(await a_lamp(api, house, by))["id"] for by in residents(3)]
    await merge(api, a, b)
    await merge(api, b, c)
    await mergers.regroup(b, ME)
    assert (await api.get(STAFF, f"/cases/{a}")).json["merged_into"] == c
    assert await affected(api, c) == 3
    assert (await merge(api, c, a)).code == "case.merged-into-itself"
    # As two members of staff would make it, each before the other's write was seen.
    await store.cases.collection.update_one(
        {"_id": c}, {"$set": {"state.status": CaseStatus.MERGED, "state.joined": a, "state.merged_into": a}}
    )
    held = await store.cases.collection.find_one({"_id": a})
    assert held is not None
    await store.cases.collection.update_one({"_id": c}, {"$set": {"state.held": held["state"]["held"]}})
    await asyncio.gather(*(mergers.regroup(case, ME) for case in (a, b, c)))
    ends = {case: (await store.cases.get(case)).aggregate for case in (a, b, c)}
    alone = [case for case, found in ends.items() if found.status is not CaseStatus.MERGED]
    assert alone == [max(a, b, c)]
    assert {found.merged_into for case, found in ends.items() if case not in alone} == set(alone)
    assert await affected(api, alone[0]) == 3


async def test_a_case_has_any_number_of_parts_on_one_level(api: Api, store: Kept, mergers: Mergers) -> None:
    _, [house, *_] = await a_community(api)
    whole, single = (await a_lamp(api, house))["id"], (await a_lamp(api, house, NEIGHBOUR))["id"]
    part = {"category": "wall", "title": "外墙脱落"}
    parts = await asyncio.gather(*(api.made(STAFF, f"/cases/{whole}/children", part) for _ in range(12)))
    assert {(each["parent"], each["reporter"], each["status"]) for each in parts} == {(whole, None, "accepted")}
    assert (await api.made(STAFF, f"/cases/{single}/adopt", {"parent": whole}))["parent"] == whole
    await store.supporter_counts.count(whole, "case")  # type: ignore[arg-type]
    shown = (await api.get(STAFF, f"/cases/{whole}")).json
    assert shown["children"] == 13
    listed = (await api.get(STAFF, f"/cases/{whole}/children", limit=10)).json
    assert (len(listed["items"]), listed["next"] is None) == (10, False)

    assert (await api.post(STAFF, f"/cases/{parts[0]['id']}/children", part)).code == "case.one-level-only"
    assert (await api.post(STAFF, f"/cases/{whole}/adopt", {"parent": single})).code == "case.one-level-only"
    assert (await api.post(RESIDENT, f"/cases/{whole}/children", part)).status == 403
    released = await api.made(STAFF, f"/cases/{single}/release", None)
    assert released["parent"] is None
    await api.made(STAFF, f"/cases/{whole}/reject", {"reason": "已拆分"})
    assert (await api.get(STAFF, f"/cases/{parts[0]['id']}")).json["status"] == "accepted"
    assert (await api.post(STAFF, f"/cases/{single}/adopt", {"parent": whole})).code == "case.parent-is-closed"
    # Crosswise, as two members of staff would make it at once.
    x, y = parts[1]["id"], parts[2]["id"]
    for child, parent in ((x, y), (y, x)):
        await store.cases.collection.update_one({"_id": child}, {"$set": {"state.parent": parent}})
    for child in (x, y):
        await mergers.keep_one_level(child, ME)
    left = [(await store.cases.get(case)).aggregate.parent for case in (x, y)]
    assert left.count(None) >= 1


async def _is(api: Api, case: str, number: int) -> bool:
    return await affected(api, case) == number


async def _agree(api: Api, cases: list[str], joined: dict[str, set[str]], end: object) -> None:
    assert callable(end)
    for case in cases:
        if end(case) != case:
            continue
        people = set().union(*(joined[each] for each in cases if end(each) == case))
        assert await affected(api, case) == len(people), case
