"""Rounds over HTTP: 10,000 findings at once, parts in any order, a summary that is right, dates that become rounds."""

import asyncio
import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from services.chassis.clock import utc_now
from services.chassis.store.mongo import UNREACHABLE, Database
from services.chassis.sweeper import Sweep
from services.contracts.issues import CaseStatus
from services.issues.rounds.api.rounds import MAX_FINDINGS_AT_ONCE
from services.issues.rounds.domain.plans import advance
from services.issues.rounds.store import plans_to_advance
from tests.integration.issues.calling import BASE, OPERATOR, Api, a_community
from tests.integration.issues.kept import Kept
from tests.integration.issues.listening import Running
from tests.unit.issues.world import HANDLER, HERE, NEIGHBOUR, STAFF, STRANGER, SUPERVISOR, WALKER
from tests.waiting import eventually

STARTS = "2026-01-05T09:00:00+08:00"
CATEGORIES = ("noise", "pets", "security", "parcels", "other")
"""None of them asks for a photo of what was put right."""
FLOORS, VISITS, EACH = 18, 1000, 10


def a_walk(buildings: list[str], photo: str, visits: int = VISITS, each: int = EACH) -> list[dict[str, Any]]:
    """`visits` floors with `each` findings; every fifth of those is handed over."""
    return [
        {
            "id": f"visit-{n}",
            "building": buildings[n % len(buildings)],
            "floor": n // len(buildings) % FLOORS + 1,
            "visited_at": "2026-01-05T10:00:00+08:00",
            "findings": [
                {
                    "id": f"finding-{k}",
                    "category": CATEGORIES[(n + k) % len(CATEGORIES)],
                    "title": f"第 {n} 处第 {k} 个问题",
                    "note": "楼道左侧",
                    "fixed": k % 5 > 0,
                    "before": [photo],
                }
                for k in range(each)
            ],
        }
        for n in range(visits)
    ]


async def a_round(api: Api, buildings: list[str], **fields: Any) -> str:
    body = {"community": HERE, "buildings": buildings, "starts_at": STARTS, "walker": WALKER.sub, **fields}
    made = await api.made(STAFF, "/rounds", body)
    return f"/rounds/{made['id']}"


async def test_ten_thousand_findings_in_one_body_become_cases_and_an_exact_summary(running: Running) -> None:
    api = running.api
    _, buildings = await a_community(api, 20)
    photo = (await api.photo(WALKER)).json["id"]
    at = await a_round(api, buildings[:9])
    walk = a_walk(buildings[:9], photo)
    walk[3]["findings"][7] |= {"category": "lighting"}
    walk[5]["findings"][0] |= {"category": "ufo"}
    walk[5]["findings"][9] |= {"spot": ""}
    walk[900]["floor"] = 99

    answer = await api.post(WALKER, f"{at}/visits/batch", {"visits": walk})

    assert answer.status == 200, answer.json
    results = answer.json["results"]
    assert Counter(r["outcome"] for r in results) == {"recorded": VISITS - 3, "refused": 3}
    refused = [(r["id"], r["error"]["code"], [f["id"] for f in r["findings"]]) for r in results if r["error"]]
    assert refused == [
        ("visit-3", "visit.fix-needs-photo", ["finding-7"]),
        ("visit-5", "visit.malformed", ["finding-9"]),
        ("visit-900", "visit.no-such-floor", []),
    ]

    right = a_walk(buildings[:9], photo)
    random.Random(4).shuffle(right)
    again = (await api.post(WALKER, f"{at}/visits/batch", {"visits": right})).json["results"]
    assert Counter(r["outcome"] for r in again) == {"recorded": 3, "already": VISITS - 3}
    await api.made(WALKER, f"{at}/complete", None)

    async def completed() -> Any:
        found = (await api.get(STAFF, f"{at}/summary")).json
        return found if found["status"] == "completed" and found["handed_over_cases"]["coming"] == 0 else None

    summary = await eventually(completed, within=300)
    assert (summary["compound_covered"], summary["compound_buildings"]) == (9, 20)
    assert (summary["buildings_covered"], summary["floors_covered"]) == (9, 9 * FLOORS)
    assert (summary["visits"], summary["findings"]) == (VISITS, VISITS * EACH)
    assert (summary["fixed_on_the_spot"], summary["handed_over"]) == (8000, 2000)
    assert summary["fixed_rate"] == {"share": 0.8, "of": 10_000}
    assert [c["findings"] for c in summary["by_category"]] == [2000] * 5
    assert sum(b["findings"] for b in summary["by_building"]) == 10_000
    cases = summary["handed_over_cases"]
    assert (cases["cases"], cases["open"], len(cases["waiting"])) == (2000, 2000, 200)
    round = (await api.get(STAFF, at)).json
    assert (round["findings"], round["summary"]["compound_covered"]) == (10_000, 9)


async def test_any_partition_sent_at_once_in_any_order_gives_the_same(api: Api, store: Kept, db: Database) -> None:
    _, buildings = await a_community(api)
    photo = (await api.photo(WALKER)).json["id"]
    at = await a_round(api, buildings)
    walk = a_walk(buildings, photo, visits=40, each=3)
    order = random.Random(7)
    parts = [order.sample(walk, order.randint(1, 40)) for _ in range(12)] + [walk[:1] * 5, walk]
    outcomes: Counter[str] = Counter()
    for answer in await asyncio.gather(*(api.post(WALKER, f"{at}/visits/batch", {"visits": p}) for p in parts)):
        outcomes.update(result["outcome"] for result in answer.json["results"])
    assert (outcomes["recorded"], outcomes["refused"]) == (40, 0)
    summary = (await api.get(STAFF, f"{at}/summary")).json
    assert (summary["visits"], summary["findings"], summary["handed_over"]) == (40, 120, 40)
    assert await db["visits"].count_documents({}) == 40


@pytest.mark.parametrize(("away", "call"), [("visits", "find"), ("photos", "update_many")])
async def test_a_store_that_fails_in_the_middle_is_a_503_and_the_same_may_be_sent_again(
    api: Api, store: Kept, monkeypatch: pytest.MonkeyPatch, away: str, call: str
) -> None:
    _, buildings = await a_community(api)
    photo = (await api.photo(WALKER)).json["id"]
    at = await a_round(api, buildings)
    walk = a_walk(buildings, photo, visits=600, each=2)
    kind = type(store.visits.collection)
    asked, calls = getattr(kind, call), Counter[str]()

    def failing(self: Any, *arguments: Any, **more: Any) -> Any:
        calls[self.name] += 1
        if self.name == away and calls[away] == 2:
            raise UNREACHABLE[0]("gone")
        return asked(self, *arguments, **more)

    monkeypatch.setattr(kind, call, failing)
    first = await api.post(WALKER, f"{at}/visits/batch", {"visits": walk})
    assert (first.status, first.code, first.headers["Retry-After"]) == (503, "store-unavailable", "2")
    assert await store.visits.collection.count_documents({}) == 250

    second = await api.post(WALKER, f"{at}/visits/batch", {"visits": walk})

    assert Counter(r["outcome"] for r in second.json["results"]) == {"already": 250, "recorded": 350}


async def test_after_the_end_the_same_is_answered_and_new_visits_are_refused_one_by_one(api: Api) -> None:
    _, buildings = await a_community(api)
    at = await a_round(api, buildings)
    walk = [{"id": f"v{n}", "building": buildings[0], "floor": n} for n in (1, 2)]
    await api.made(WALKER, f"{at}/visits/batch", {"visits": walk})
    await api.made(WALKER, f"{at}/complete", None)
    late = [*walk, {"id": "v3", "building": buildings[0], "floor": 3}, {**walk[0], "floor": 9}]
    results = (await api.post(WALKER, f"{at}/visits/batch", {"visits": late})).json["results"]
    assert [(r["outcome"], (r["error"] or {}).get("code")) for r in results] == [
        ("already", None),
        ("already", None),
        ("refused", "round.over"),
        ("refused", "visit.recorded-otherwise"),
    ]


async def test_a_batch_has_limits_that_are_told(api: Api) -> None:
    _, buildings = await a_community(api)
    at = await a_round(api, buildings)
    findings = [{"id": f"f{n}", "category": "noise", "fixed": True} for n in range(50)]
    visits = [
        {"id": f"v{n}", "building": buildings[0], "floor": 1, "findings": findings}
        for n in range(MAX_FINDINGS_AT_ONCE // 50)
    ]
    too_many = [*visits, {"id": "last", "building": buildings[0], "floor": 1, "findings": findings[:1]}]
    refused = await api.post(WALKER, f"{at}/visits/batch", {"visits": too_many})
    assert (refused.status, refused.code, refused.json["params"]) == (
        422,
        "walk.too-many-findings",
        {"limit": MAX_FINDINGS_AT_ONCE},
    )
    single = {"id": "v", "building": buildings[0], "floor": 1, "findings": [{**findings[0], "note": "长" * 500_000}]}
    assert (await api.post(WALKER, f"{at}/visits", single)).status == 413
    assert (await api.get(WALKER, f"{at}/visits")).json["items"] == []


async def test_the_summary_follows_the_cases(running: Running) -> None:
    api = running.api
    unit, buildings = await a_community(api, 4)
    at = await a_round(api, buildings[:2], floors={buildings[0]: [1, 2]})
    findings = [{"id": f"f{n}", "category": "lighting", "title": f"灯 {n}", "fixed": False} for n in range(2)]
    await api.made(WALKER, f"{at}/visits", {"id": "v1", "building": buildings[0], "floor": 2, "findings": findings})

    async def stand(cases: int) -> Any:
        found = (await api.get(NEIGHBOUR, f"{at}/summary")).json
        return found if found["handed_over_cases"]["cases"] == cases else None

    summary = await eventually(lambda: stand(2))
    assert (summary["floors_planned"], summary["floors_covered"], summary["put_right_rate"]["share"]) == (20, 1, 0)
    assert summary["by_building"][0]["by_category"][0]["zh"]
    first, second = (case["id"] for case in summary["handed_over_cases"]["waiting"])
    await api.made(STAFF, f"/cases/{first}/dispatch", {"unit": unit})
    photo = (await api.photo(HANDLER)).json["id"]
    for by, command, body in (
        (HANDLER, "handle", {"photos": [photo]}),
        (SUPERVISOR, "verify", {}),
    ):
        await api.made(by, f"/cases/{first}/{command}", body)
    await api.made(STAFF, f"/cases/{second}/dispatch", {"unit": unit})

    later = (await api.get(NEIGHBOUR, f"{at}/summary")).json
    cases = later["handed_over_cases"]
    assert (cases["put_right"], cases["open"], later["put_right_rate"]) == (1, 1, {"share": 0.5, "of": 2})
    [left] = cases["waiting"]
    assert (left["id"], left["unit"], left["status"]) == (second, unit, CaseStatus.DISPATCHED)
    assert left["due_at"] is not None
    assert (await api.get(STRANGER, f"{at}/summary")).status == 404
    assert (await api.get(STAFF, "/rounds/round-none/summary")).status == 404
    assert (await api.get(None, f"{at}/summary")).status == 401


async def test_a_finding_names_its_exact_place(api: Api) -> None:
    _, [building, other, _] = await a_community(api)
    spot = await api.made(
        OPERATOR,
        "/places",
        {"community": HERE, "kind": "spot", "title": "电梯口", "parent": building},
    )
    at = await a_round(api, [building, other])
    finding = {"id": "f1", "category": "noise", "fixed": False, "at": spot["id"]}
    visits = [
        {"id": "v1", "building": building, "floor": 1, "findings": [finding]},
        {"id": "v2", "building": other, "floor": 1, "findings": [finding]},
    ]
    right, wrong = (await api.post(WALKER, f"{at}/visits/batch", {"visits": visits})).json["results"]
    assert right["outcome"] == "recorded"
    [visit] = (await api.get(NEIGHBOUR, f"{at}/visits")).json["items"]
    assert visit["names"]["buildings"] == {building: "1号楼"}
    assert [(f["id"], f["error"]["code"]) for f in wrong["findings"]] == [("f1", "visit.finding-elsewhere")]


async def test_a_plan_becomes_rounds_by_itself_each_once(running: Running, db: Database) -> None:
    api = running.api
    _, buildings = await a_community(api)
    begins = utc_now() + timedelta(days=1)
    body = {
        "community": HERE,
        "buildings": buildings,
        "walker": WALKER.sub,
        "title": "物业每月查找问题",
        "rule": "FREQ=DAILY",
        "first": begins.isoformat(),
        "days_ahead": 2,
    }
    plan = await api.made(STAFF, "/round-plans", body)
    at = f"/round-plans/{plan['id']}"

    async def rounds() -> Any:
        found = (await api.get(STAFF, "/rounds", community=HERE)).json["items"]
        return found if len(found) >= 2 else None

    made = await eventually(rounds)
    assert {round["plan"] for round in made} == {plan["id"]}
    assert {round["title"] for round in made} == {"物业每月查找问题"}
    called = {building: f"{number}号楼" for number, building in enumerate(buildings, 1)}
    for shown in (plan, *made, (await api.get(STAFF, f"/rounds/{made[0]['id']}")).json):
        assert shown["names"] == {"buildings": called, "unit": None, "categories": {}}
    assert len({round["occurrence"] for round in made}) == len(made) == 2
    skipped = await api.made(STAFF, f"{at}/skip", {"on": plan["next"]})
    assert skipped["skipped"] == [plan["next"]]
    assert skipped["next"] == plan["ahead"][1]["on"]
    taken = await api.post(STAFF, f"{at}/skip", {"on": made[0]["occurrence"]})
    assert (taken.status, taken.code) == (409, "round-plan.date-is-a-round")
    assert (await api.post(NEIGHBOUR, f"{at}/end")).status == 403
    ended = await api.made(STAFF, f"{at}/end", None)
    assert (ended["status"], ended["next"], ended["ahead"]) == ("ended", None, [])
    assert [p["id"] for p in (await api.get(WALKER, "/round-plans", community=HERE)).json["items"]] == [plan["id"]]
    assert (await api.get(STRANGER, at)).status == 404


async def test_sweeping_a_plan_again_names_no_date_twice(api: Api, store: Kept) -> None:
    _, buildings = await a_community(api)
    begins = utc_now() + timedelta(days=3)
    body = {"community": HERE, "buildings": buildings, "rule": "FREQ=DAILY", "first": begins.isoformat()}
    plan = await api.made(STAFF, "/round-plans", {**body, "days_ahead": 0})
    sweep = Sweep("round-plans", store.round_plans, plans_to_advance, advance)

    def later() -> Any:
        return utc_now() + timedelta(days=5)

    assert await sweep.once(utc_now) == 0
    store.round_plans._clock = store.round_plans._change.clock = later
    assert [await sweep.once(later), await sweep.once(later)] == [1, 0]
    outbox = (await store.round_plans.collection.find_one({"_id": plan["id"]}) or {})["outbox"]
    named = [entry["data"]["occurrence"] for entry in outbox if entry["type"].endswith("round-due.v1")]
    assert len(named) == len(set(named)) == 3


async def test_a_rule_that_is_not_taken_is_refused_with_its_part(api: Api) -> None:
    _, buildings = await a_community(api)
    body = {"community": HERE, "buildings": buildings, "first": STARTS, "rule": "FREQ=YEARLY"}
    refused = await api.post(STAFF, "/round-plans", body)
    assert (refused.status, refused.code, refused.json["params"]) == (422, "round-plan.rule", {"part": "FREQ"})
    assert BASE in refused.json["instance"]
