"""The figures after a random life of many cases: the journal alone gives the same, and each leads to its cases."""

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from services.chassis.principal import Role
from services.chassis.store import journal
from services.chassis.store.journal import Journal
from services.contracts.issues import UnitKind
from services.issues.reading.counts import COUNTS
from services.issues.reading.facts import By
from services.issues.reading.figures import CaseFigures, Period, Step
from services.issues.reading.formulas import DEFAULT
from services.issues.reading.recompute import differences, from_journal, live
from services.issues.reading.row import ROWS
from tests.integration.issues.calling import OPERATOR, Api, a_community
from tests.integration.issues.query_plans import winning
from tests.integration.issues.reading.lives import BEGAN, recompute
from tests.integration.issues.reading.lives import live as live_through
from tests.integration.issues.reading.world import World
from tests.unit.issues.world import HERE, NEIGHBOUR, RESIDENT, STAFF, SUPERVISOR, person

ROOT = Path(__file__).parents[4]


def _periods(world: World) -> list[Period]:
    first, last = BEGAN.date(), world.clock.now.date()
    middle = first + (last - first) / 2
    return [Period(first, last), Period(first + timedelta(days=2), middle), Period(middle, middle)]


async def test_the_journal_alone_gives_the_live_figures(world: World) -> None:
    await live_through(world, random.Random(1), cases=25, commands=400)
    await world.follow()
    database = world.db
    for period in _periods(world):
        told = await from_journal(database, HERE, DEFAULT, period)
        assert list(differences(told, await live(database, HERE, DEFAULT, period))) == []
    whole = await from_journal(database, HERE, DEFAULT, _periods(world)[0])
    apart = {"state.status": {"$ne": "merged"}}
    assert whole[By.TOTAL, "", "filing"][1] == await world.store.cases.collection.count_documents(apart) > 15
    codes = {"filing", "closing", "on-time", "missed", "rework", "extension", "response"}
    assert {code for _, _, code in whole} >= codes


async def test_each_figure_leads_to_its_cases(world: World) -> None:
    await live_through(world, random.Random(3), cases=20, commands=250)
    await world.follow()
    days: dict[str, Any] = {"from": BEGAN.date(), "to": world.clock.now.date()}
    looked = 0
    for by in By:
        answer = await world.api.get(STAFF, "/kpis", community=HERE, per=by.value, **days)
        assert answer.status == 200, answer.json
        for line in answer.json["lines"]:
            for figure in line["figures"]:
                for link, count in (("part_cases", figure["part"]), ("sample_cases", figure["sample"])):
                    ids = await _all(world.api, figure[link])
                    assert (len(ids), len(set(ids))) == (count, count), (by, line["value"], figure)
                    looked += count > 0
    assert looked > 20


async def test_a_deadline_counts_for_the_unit_that_had_the_case_then(world: World) -> None:
    unit, houses = await a_community(world.api)
    street = {"community": HERE, "code": "street", "kind": UnitKind.STREET, "title": "街道办"}
    other = (await world.api.made(OPERATOR, "/units", street))["id"]
    handlers = [person("handler-7", Role.HANDLER, units=(each,)) for each in (unit, other)]
    for late in (True, False):
        body = {"community": HERE, "category": "noise", "place": houses[0], "text": "楼上很吵"}
        at = f"/cases/{(await world.api.made(STAFF, '/cases', body))['id']}"
        await world.api.made(STAFF, f"{at}/dispatch", {"unit": unit})
        if late:
            world.clock.wait(timedelta(days=40))
            await world.api.made(handlers[0], f"{at}/return", {"reason": "不归我们"})
            await world.api.made(STAFF, f"{at}/dispatch", {"unit": other})
        await world.api.made(handlers[late], f"{at}/start", {})
        await world.api.made(handlers[late], f"{at}/handle", {})
        await world.api.made(SUPERVISOR, f"{at}/verify", {})
    await world.follow()
    days: dict[str, Any] = {"from": BEGAN.date(), "to": world.clock.now.date()}
    answer = (await world.api.get(STAFF, "/kpis", community=HERE, per="unit", **days)).json
    assert {line["title"] for line in answer["lines"]} == {"物业公司", "街道办"}
    for per, title in (("category", "Noise"), ("group", "Neighbours and order")):
        [line] = (await world.api.get(STAFF, "/kpis", community=HERE, per=per, **days)).json["lines"]
        assert line["title"] == title
    figures = {(line["value"], figure["code"]): figure for line in answer["lines"] for figure in line["figures"]}
    told = {key: (figure["part"], figure["sample"]) for key, figure in figures.items()}
    assert (told[unit, "on-time"], told[other, "on-time"]) == ((1, 2), (1, 1))
    assert (told[unit, "missed"], told[other, "missed"]) == ((1, 2), (0, 1))
    assert (told[unit, "closing"], told[other, "closing"]) == ((1, 1), (1, 1))
    for figure in (figures[unit, "on-time"], figures[unit, "missed"]):
        assert len(await _all(world.api, figure["sample_cases"])) == figure["sample"]
        assert len(await _all(world.api, figure["part_cases"])) == figure["part"]
    period = Period(BEGAN.date(), world.clock.now.date())
    journaled = await from_journal(world.db, HERE, DEFAULT, period)
    assert list(differences(journaled, await live(world.db, HERE, DEFAULT, period))) == []


async def test_the_cases_behind_a_figure_of_a_unit_are_walked_in_order(world: World) -> None:
    who, days = f"unit:{'u' * 8}", {"days.settled": {"$gte": 20260101, "$lte": 20261231}}
    here = {"community": HERE, **days, "sig": {"$in": [1, 2, 3]}}
    shared = {"shares": {"$elemMatch": {"who": who, "sig": {"$in": [1, 2, 3]}}}, "shares.who": who}
    either = {"$or": [{**here, "who": who}, {"community": HERE, **days, **shared}]}
    order = [("days.settled", -1), ("sig", 1), ("_id", 1)]
    explained = await world.db[ROWS].find(either).sort(order).limit(51).explain()
    assert not winning(explained) & {"COLLSCAN", "SORT"}


async def _all(api: Api, link: str) -> list[str]:
    """Every case on the pages that begin at `link`, four on each."""
    found: list[str] = []
    cursor: str | None = None
    query: dict[str, Any] = dict(part.split("=", 1) for part in urlsplit(link).query.split("&"))
    while True:
        page = (await api.get(STAFF, urlsplit(link).path, **query, limit=4, cursor=cursor)).json
        found += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            return found


async def test_parts_of_a_period_add_up_to_it(world: World) -> None:
    await live_through(world, random.Random(4), cases=15, commands=120)
    await world.follow()
    period = _periods(world)[0]
    figures = CaseFigures(world.db)
    for by in (By.TOTAL, By.UNIT, By.CATEGORY):
        whole = {line.value: line.counted for line in await figures.table(HERE, DEFAULT, by, period)}
        for step in (Step.DAY, Step.WEEK, Step.MONTH):
            sums: dict[str, dict[str, tuple[int, int]]] = {}
            for line in await figures.table(HERE, DEFAULT, by, period, step):
                before = sums.setdefault(line.value, dict.fromkeys(line.counted, (0, 0)))
                for code, (part, sample) in line.counted.items():
                    before[code] = (before[code][0] + part, before[code][1] + sample)
            assert sums == whole


async def test_a_tampered_count_is_told_by_the_command(world: World) -> None:
    await live_through(world, random.Random(5), cases=10, commands=60)
    await world.follow()
    month = f"{BEGAN:%Y}"
    code, told = await recompute(world.settings, month)
    assert (code, ", 0 differ" in told) == (0, True), told
    counts = world.db[COUNTS]
    await counts.update_many({"_id": {"$regex": r"\|reported\|total\|"}}, {"$set": {"n.=": [0, 99]}})
    code, told = await recompute(world.settings, month)
    assert code == 1
    assert "total\tfiling\tjournal" in told


async def test_figures_of_cases_not_drawn_yet_are_told_apart_from_wrong_ones(world: World) -> None:
    await live_through(world, random.Random(6), cases=10, commands=60)
    await world.follow()
    [house] = await world.store.places.stored.collection.find({"state.kind": "building"}).limit(1).to_list(1)
    body = {"community": HERE, "category": "noise", "place": house["_id"], "text": "楼上很吵"}
    late = (await world.api.made(STAFF, "/cases", body))["id"]
    [case] = await world.store.cases.collection.find({"_id": late}).to_list(1)
    await Journal(world.db).append([journal.document(late, "case", HERE, each) for each in case["outbox"]])
    code, told = await recompute(world.settings, f"{BEGAN:%Y}")
    assert (code, ", 0 differ" in told, "1 cases and the counts of 0 days are not drawn yet" in told) == (3, True, True)
    await world.store.projection.rebuild()
    await world.store.projection._make_rows()
    code, told = await recompute(world.settings, f"{BEGAN:%Y}")
    assert (code, "0 cases and the counts of" in told) == (3, True), told
    await world.store.projection.catch_up()
    assert (await recompute(world.settings, f"{BEGAN:%Y}"))[0] == 0


async def test_figures_are_for_workers_and_say_how_sure_they_are(world: World) -> None:
    _, houses = await a_community(world.api)
    body = {"community": HERE, "category": "noise", "place": houses[0], "text": "楼上很吵"}
    for by in (STAFF, RESIDENT):
        await world.api.made(by, "/cases", body)
    await world.follow()
    assert (await world.api.get(NEIGHBOUR, "/kpis", community=HERE)).status == 403
    answer = (await world.api.get(STAFF, "/kpis", community=HERE, period="2026-09", per="building")).json
    assert (answer["first"], answer["last"]) == ("2026-09-01", "2026-09-28")
    [line] = answer["lines"]
    assert (line["title"], line["score"], line["rank"]) == ("1号楼", None, None)
    [filing] = [figure for figure in line["figures"] if figure["code"] == "filing"]
    assert (filing["part"], filing["sample"], filing["rate"], filing["sufficient"]) == (1, 2, 0.5, False)
    assert 0 < filing["low"] < 0.5 < filing["high"] < 1
    for wrong in ({"period": "2026-13"}, {"period": "2026", "to": date(2026, 1, 1)}, {"to": date(2026, 1, 1)}):
        assert (await world.api.get(STAFF, "/kpis", community=HERE, **wrong)).code == "kpi.unknown-period"
    assert (await world.api.get(STAFF, "/kpis/nothing/cases", community=HERE)).code == "kpi.unknown"
    formulas = (await world.api.get(STAFF, "/kpis/formulas")).json
    assert [kpi["code"] for kpi in formulas["kpis"]] == [kpi.code for kpi in DEFAULT.kpis]


async def test_figures_of_buildings_stand_in_natural_order(world: World) -> None:
    _, houses = await a_community(world.api, 10)
    for number in (10, 2, 9, 1):
        body = {"community": HERE, "category": "noise", "place": houses[number - 1], "text": "楼上很吵"}
        await world.api.made(STAFF, "/cases", body)
    await world.follow()
    answer = (await world.api.get(STAFF, "/kpis", community=HERE, period="2026-09", per="building")).json
    assert [line["title"] for line in answer["lines"]] == ["1号楼", "2号楼", "9号楼", "10号楼"]


async def test_a_row_that_is_told_of_late_or_twice_stays_what_it_is(world: World) -> None:
    _, houses = await a_community(world.api)
    body = {"community": HERE, "category": "noise", "place": houses[0], "text": "楼上很吵"}
    case = (await world.api.made(STAFF, "/cases", body))["id"]
    await world.follow()
    rows = world.db[ROWS]
    before = await rows.find_one({"_id": case})
    for _ in range(2):
        await world.follow()
    after = await rows.find_one({"_id": case})
    assert before is not None
    assert after is not None
    who_drew = {"turn", "written"}
    assert {k: v for k, v in after.items() if k not in who_drew} == {
        k: v for k, v in before.items() if k not in who_drew
    }
    assert after["written"]["digest"] == before["written"]["digest"]
    table = await CaseFigures(world.db).table(HERE, DEFAULT, By.TOTAL, Period(BEGAN.date(), BEGAN.date()))
    assert table[0].counted["filing"] == (1, 1)


async def test_a_pass_that_read_earlier_does_not_overwrite_one_that_read_later(world: World) -> None:
    """Two replicas may sweep at once for a moment."""
    _, houses = await a_community(world.api)
    body = {"community": HERE, "category": "noise", "place": houses[0], "text": "楼上很吵"}
    await world.api.made(STAFF, "/cases", body)
    await world.follow()
    counts = world.store.projection.recounting.counts
    early = await counts._draw()
    await counts.recount({(HERE, "reported:20260928")})
    await world.db[ROWS].delete_many({})
    await counts._write(await counts._day(HERE, "reported", 20260928), early)
    [line] = await CaseFigures(world.db).table(HERE, DEFAULT, By.TOTAL, Period(BEGAN.date(), BEGAN.date()))
    assert line.counted["filing"] == (1, 1)
