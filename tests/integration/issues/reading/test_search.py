"""Search and map on a real store: who finds what, in which order, and always from an index."""

from typing import Any

import pytest

from services.chassis.clock import utc_now
from services.chassis.principal import Role
from services.chassis.store.mongo import Database
from services.issues.reading.conditions import Filters, How, Reach, matching
from services.issues.reading.facts import By, When, local_day
from services.issues.reading.figures import CaseFigures, Period
from services.issues.reading.finding import CaseFinder
from services.issues.reading.formulas import DEFAULT
from services.issues.reading.marks import EVER, MARKS
from services.issues.reading.projection import RETIRED, Projection, indexes
from services.issues.reading.questions import known_as, terms
from services.issues.reading.row import IN_ORDER, ROWS, WAITING, WORDS
from services.issues.vocabulary.residential import RESIDENTIAL
from tests.integration.issues.calling import Api
from tests.integration.issues.kept import Kept
from tests.integration.issues.query_plans import winning
from tests.integration.issues.reading.readers import counted, dispatched, ids, placed, reported, up_to_date
from tests.unit.issues.world import HERE, NEIGHBOUR, STAFF, WALKER, person

PHONE = "13812345678"


async def test_residents_search_public_words_and_workers_all(
    api: Api, store: Kept, unit_and_houses: tuple[str, list[str]]
) -> None:
    unit, houses = unit_and_houses
    first = await reported(api, houses[0], text=f"七楼电梯异响，电话{PHONE}")
    await dispatched(api, first, unit, "电梯有异响")
    second = await reported(api, houses[1], text="地下车库漏水")
    await up_to_date(store)
    handler = person("handler-7", Role.HANDLER, units=(unit,))

    assert await ids(api, NEIGHBOUR, "/search", q="电梯") == [first]
    assert await ids(api, NEIGHBOUR, "/search", q="噪声 2号楼") == [second]
    assert await ids(api, NEIGHBOUR, "/search", q="七楼") == []
    assert await ids(api, NEIGHBOUR, "/search", q="漏水") == []
    assert await ids(api, STAFF, "/search", q="漏水") == [second]
    assert await ids(api, WALKER, "/search", q="七楼 异响") == [first]
    assert await ids(api, handler, "/search", q="七楼") == [first]
    assert await ids(api, handler, "/search", q="漏水") == []
    assert await ids(api, STAFF, "/search", q="噪") == [second, first]
    assert await ids(api, STAFF, "/search", q="噪声", status="reported") == [second]
    assert await ids(api, STAFF, "/search", q="噪声", building=houses[0]) == [first]
    assert await ids(api, STAFF, "/search", q=PHONE) == []
    assert (await api.get(STAFF, "/search", community=HERE, q="，。")).code == "search.nothing-to-search"
    assert (await api.get(person("s", Role.STAFF, community="other"), "/search", community=HERE, q="灯")).status == 403


async def test_no_contact_and_no_number_of_a_person_is_in_a_row(
    api: Api, store: Kept, db: Database, unit_and_houses: tuple[str, list[str]]
) -> None:
    contact = {"name": "李某", "phone": PHONE}
    await reported(api, unit_and_houses[1][0], text=f"灯坏，打 {PHONE}", contact=contact)
    await up_to_date(store)
    [row] = await db[ROWS].find({}).to_list(None)
    assert PHONE not in str(row)
    assert "李某" not in str(row)


async def test_pages_of_a_search_hold_each_case_once(
    api: Api, store: Kept, unit_and_houses: tuple[str, list[str]]
) -> None:
    made = [await reported(api, unit_and_houses[1][number % 3]) for number in range(7)]
    await up_to_date(store)
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(10):
        answer = await api.get(STAFF, "/search", community=HERE, q="装修", limit=3, cursor=cursor)
        seen += [item["id"] for item in answer.json["items"]]
        cursor = answer.json["next"]
        if cursor is None:
            break
    assert seen == made[::-1]
    assert (await api.get(STAFF, "/search", community=HERE, q="装修", cursor="x")).code == "cursor.invalid"


async def test_a_search_that_looks_long_goes_on_where_it_ended(
    api: Api, store: Kept, unit_and_houses: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.issues.reading.finding.LOOK", 2)
    wanted = await reported(api, unit_and_houses[1][0], text="装修 噪声，而且漏水")
    for _ in range(6):
        await reported(api, unit_and_houses[1][1], text="装修噪声，墙面")
    await up_to_date(store)
    seen: list[str] = []
    pages, cursor = 0, None
    while pages == 0 or cursor is not None:
        answer = await api.get(STAFF, "/search", community=HERE, q="装修 漏水", cursor=cursor)
        seen += [item["id"] for item in answer.json["items"]]
        cursor, pages = answer.json["next"], pages + 1
    assert seen == [wanted]


async def test_near_cases_come_first_page_by_page(
    api: Api, store: Kept, unit_and_houses: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, houses = unit_and_houses
    await placed(store, houses)
    made = [await reported(api, houses[number % 3], text="装修噪声") for number in range(6)]
    meant = [await reported(api, houses[number], text="楼上噪音大") for number in range(2)]
    await up_to_date(store)
    first, second, third = (made[n::3][::-1] for n in range(3))
    wherever = made[::-1]

    def before_others(some: list[str], *others: str) -> list[str]:
        return [*some, *(case for case in (*others, *wherever) if case not in some)]

    async def found(q: str, **near: Any) -> list[str]:
        seen, cursor = list[str](), None
        for _ in range(30):
            answer = await api.get(STAFF, "/search", community=HERE, q=q, limit=2, cursor=cursor, **near)
            seen += [item["id"] for item in answer.json["items"]]
            cursor = answer.json["next"]
            if cursor is None:
                return seen
        raise AssertionError("it has no end")

    assert await found("装修") == wherever
    near = before_others(first)
    assert await found("装修", near=houses[0]) == near
    assert await found("装修", lon=114.25, lat=30.6) == near
    assert await found("装修", lon=114.2601, lat=30.6003) == [
        *second,
        *(case for case in wherever if case not in second),
    ]
    assert await found("装修", lon=120.0, lat=30.0) == wherever
    assert await found("噪声扰民", near=houses[2]) == [
        *third,
        *(c for c in [*meant[::-1], *wherever] if c not in third),
    ]
    gcj = await api.get(STAFF, "/search", community=HERE, q="装修", lon=114.2655, lat=30.5977, datum="GCJ-02", limit=2)
    assert [item["id"] for item in gcj.json["items"]] == second
    for counted_as_common in (1000, 1):
        monkeypatch.setattr("services.issues.reading.finding.LOOK", counted_as_common)
        assert await found("装修", near=houses[0]) == near, "walked by the words, or by the place"
        assert await found("装修", lon=114.25, lat=30.6) == near
    assert (await api.get(STAFF, "/search", community=HERE, q="灯", near="nowhere")).status == 404
    assert (await api.get(STAFF, "/search", community=HERE, q="灯", lon=1)).code == "search.point-half"


QUESTIONS: list[tuple[dict[str, Any], list[tuple[str, int]]]] = [
    ({"community": HERE, "words": {"$in": ["灯", "\x01灯"]}}, [("order", -1)]),
    ({"community": HERE, "words": "灯", "order": {"$lt": 5}}, [("order", -1)]),
    ({"community": HERE}, [("order", -1)]),
    ({"community": HERE, "order": {"$lt": 5, "$gte": 1}}, [("order", -1)]),
    ({"community": HERE, "cell": {"$in": [1, 2, 3]}, "open": {"$in": [True, False]}}, [("order", -1)]),
    *(
        ({"community": HERE, f"days.{when}": {"$gte": 1, "$lte": 9}, "sig": {"$in": [1, 2]}, **who}, keys)
        for when in When
        for keys in [[(f"days.{when}", -1), ("sig", 1), ("_id", 1)]]
        for who in ({}, {"who": "unit:u"})
    ),
]


@pytest.mark.parametrize(("query", "sort"), QUESTIONS, ids=str)
async def test_every_question_walks_an_index_in_its_order(
    db: Database, query: dict[str, Any], sort: list[tuple[str, int]]
) -> None:
    used = winning(await db[ROWS].find(query).sort(sort).limit(51).explain())
    assert "IXSCAN" in used
    assert not used & {"COLLSCAN", "SORT"}


async def test_a_retired_index_goes_once_its_successor_stands(db: Database, store: Kept) -> None:
    keys = [("community", 1), ("desks", 1), ("due", 1)]
    await db[ROWS].create_index(keys, name="desks")
    await db[ROWS].create_index([("somebody", 1)], name="an operator's own")
    await db[ROWS].drop_index(WAITING)
    await Projection(db).once(utc_now)
    assert "desks" in await db[ROWS].index_information()
    await db[ROWS].create_indexes(indexes())
    await Projection(db).once(utc_now)
    left = (await db[ROWS].index_information()).keys()
    assert ("desks" in left, WAITING in left, "an operator's own" in left) == (False, True, True)


def test_no_retired_name_is_declared_again() -> None:
    declared = {model.document["name"] for model in indexes()}
    assert not declared & RETIRED.keys()
    assert set(RETIRED.values()) - {None} <= declared


@pytest.mark.parametrize("waits", ["since", "uncounted"])
async def test_rows_that_are_behind_are_found_by_their_own_index(db: Database, waits: str) -> None:
    query = db[MARKS].find({waits: {"$gt": EVER}}).sort(waits, 1).limit(200)
    assert not winning(await query.explain()) & {"COLLSCAN", "SORT"}


@pytest.mark.parametrize("when", When)
async def test_a_day_is_counted_from_the_index_alone(db: Database, when: When) -> None:
    shown = {"_id": 0, "sig": 1, "unit": 1, "category": 1, "group": 1, "building": 1}
    used = winning(await db[ROWS].find({"community": HERE, f"days.{when}": 20261126}, shown).explain())
    assert not used & {"COLLSCAN", "FETCH"}


async def test_figures_and_clusters_read_no_rows(
    api: Api, db: Database, store: Kept, unit_and_houses: tuple[str, list[str]]
) -> None:
    """With the rows gone they are still there: nothing scans."""
    _, houses = unit_and_houses
    await placed(store, houses)
    await reported(api, houses[0])
    await up_to_date(store)
    await db[ROWS].drop()
    today = local_day(utc_now())
    [line] = await CaseFigures(db).table(HERE, DEFAULT, By.CATEGORY, Period(today, today))
    assert (line.value, line.counted["filing"]) == ("noise", (0, 1))
    assert await counted(api, "open") == 1


async def test_other_ways_of_writing_are_found_and_other_meanings_come_after_them(
    api: Api, store: Kept, unit_and_houses: tuple[str, list[str]]
) -> None:
    houses = unit_and_houses[1]
    typed = await reported(api, houses[0], text="楼上噪音")
    meant = await reported(api, houses[0], text="設備702 電梯響 七樓 WiFi")
    await up_to_date(store)
    for question in ("电梯", "7层", "7F", "dianti", "dt", "70", "升降机", "diantixiang", "七层 dt", "wi", "第七层"):
        assert await ids(api, STAFF, "/search", q=question) == [meant], question
    # Both are of the category 噪声, and the first alone says 噪音: it comes first, though the other is newer.
    assert await ids(api, STAFF, "/search", q="噪音") == [typed, meant]
    assert await ids(api, NEIGHBOUR, "/search", q="zaosheng") == [meant, typed]
    for question in ("噪音", "zaoyin", "zaoy", "n", "noi", "nois"):
        assert await ids(api, NEIGHBOUR, "/search", q=question) == [meant, typed], question
    for question in ("dianti", "dt", "70", "7层", "升降机", "wi"):
        assert await ids(api, NEIGHBOUR, "/search", q=question) == [], question


async def test_pages_hold_each_case_once_across_what_is_typed_and_what_is_meant(
    api: Api, store: Kept, unit_and_houses: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.issues.reading.finding.LOOK", 3)
    typed = [await reported(api, unit_and_houses[1][0], text="噪音") for _ in range(2)]
    meant = [await reported(api, unit_and_houses[1][1], text="吵") for _ in range(3)]
    typed += [await reported(api, unit_and_houses[1][0], text="噪音") for _ in range(2)]
    await up_to_date(store)
    for limit in (1, 2, 3, 4, 5, 7, 9):
        seen: list[str] = []
        cursor: str | None = None
        for _ in range(12):
            answer = await api.get(STAFF, "/search", community=HERE, q="噪音", limit=limit, cursor=cursor)
            seen += [item["id"] for item in answer.json["items"]]
            cursor = answer.json["next"]
            if cursor is None:
                break
        assert (seen, cursor) == ([*typed[::-1], *meant[::-1]], None), limit


@pytest.mark.parametrize("question", ["yi", "dianti", "dt", "dbl", "噪音", "70", "3栋7楼", "灯 yi"])
@pytest.mark.parametrize("how", How)
async def test_whatever_is_asked_walks_the_index_in_its_order(db: Database, question: str, how: How) -> None:
    asked = terms(question, known_as(RESIDENTIAL))
    reach = Reach(inside=True)
    lead = await CaseFinder(db)._lead(HERE, asked, reach, how)
    assert (lead == {}) == (question in ("dt", "dbl") and how is How.GUESSED)
    led, index = ({"words": lead}, WORDS) if lead else ({}, IN_ORDER)
    query = {"community": HERE, **led, "$and": [matching(asked, reach, Filters(), how)]}
    used = winning(await db[ROWS].find(query).sort([("order", -1)]).hint(index).explain())
    assert "IXSCAN" in used
    assert not used & {"COLLSCAN", "SORT"}
