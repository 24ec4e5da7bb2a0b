"""What a search for what is near looks at: rows along the cells, or those to which rare words lead."""

from typing import Any

import pytest

from services.chassis.store.mongo import Database, Document
from services.issues.reading.conditions import CaseSearch, How, Part, Reach
from services.issues.reading.finding import CaseFinder
from services.issues.reading.nearness import CELLS, around
from services.issues.reading.questions import terms
from services.issues.reading.row import ROWS, WORDS
from tests.integration.issues.calling import Api
from tests.integration.issues.kept import Kept
from tests.integration.issues.reading.readers import placed, reported, up_to_date
from tests.unit.issues.world import HERE, STAFF

POINT: dict[str, Any] = {"lon": 114.25, "lat": 30.6}
FINDING = "services.issues.reading.finding"


@pytest.mark.parametrize("among_words", [1, 3, 50])
async def test_near_cases_with_rare_words_come_first_however_they_are_looked_for(
    api: Api,
    store: Kept,
    unit_and_houses: tuple[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
    among_words: int,
) -> None:
    _, houses = unit_and_houses
    await placed(store, houses)
    rare = [await reported(api, houses[number % 3], text="地下车库漏水") for number in range(9)]
    for number in range(8):
        await reported(api, houses[number % 2], text="楼上装修")
    await up_to_date(store)
    looked = _looked_along(monkeypatch)

    async def found(limit: int) -> list[str]:
        seen, cursor = list[str](), None
        for _ in range(60):
            answer = await api.get(STAFF, "/search", community=HERE, q="漏水", limit=limit, cursor=cursor, **POINT)
            seen += [item["id"] for item in answer.json["items"]]
            cursor = answer.json["next"]
            if cursor is None:
                return seen
        raise AssertionError("it has no end")

    near = rare[::3][::-1]
    wanted = [*near, *(case for case in rare[::-1] if case not in near)]
    assert await found(50) == wanted
    assert CELLS not in looked, "of few rows the near ones are picked"
    for name, number in (("LOOK", 2), ("NEAR_LOOK", among_words), ("_RARE", 3), ("_MANY", 4), ("_FEW_OF_A_PAGE", 50)):
        monkeypatch.setattr(f"{FINDING}.{name}", number)
    for limit in (1, 2, 50):
        looked.clear()
        assert await found(limit) == wanted, limit
        assert looked[0] == WORDS
    assert (CELLS in looked) == (among_words == 1), (
        "where the words lead to no near case, near cases are looked through"
    )
    monkeypatch.setattr(f"{FINDING}._RARE", 100)
    looked.clear()
    assert await found(50) == wanted
    assert looked[0] == CELLS, "in a community of few cases"


def _looked_along(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the indexes along which is looked from now on for near rows with what was typed."""
    looked, look = list[str](), CaseFinder._look

    async def noted(self: CaseFinder, index: str, walk: Document, verified: Document, part: Part, *others: Any) -> Any:
        if part.near and part.how is How.TYPED:
            looked.append(index)
        return await look(self, index, walk, verified, part, *others)

    monkeypatch.setattr(CaseFinder, "_look", noted)
    return looked


async def test_a_look_along_cells_ends_where_so_many_rows_are_expected(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{FINDING}.LOOK", 32)
    walk = {"community": HERE, "cell": {"$in": [1, 2]}, "open": {"$in": [False, True]}}
    orders = [10_000 - 10 * number for number in range(50)]
    await db[ROWS].insert_many([_row(order, cell=1 + number % 2) for number, order in enumerate(orders)])
    assert await CaseFinder(db)._end(CELLS, walk) == orders[31]
    sparse = {**walk, "cell": {"$in": [2, 3]}}
    assert await CaseFinder(db)._end(CELLS, sparse) is None, "25 rows, and none of the community is older"
    await db[ROWS].insert_one(_row(1, cell=9))
    assert await CaseFinder(db)._end(CELLS, sparse) == orders[1] - 31 * 20
    assert await CaseFinder(db)._end(CELLS, {**walk, "order": {"$lt": orders[10]}}) == orders[42], "counted, on a page"
    assert await CaseFinder(db)._end(CELLS, {**walk, "cell": 9}) is None


def _row(order: int, cell: int) -> Document:
    return {"_id": f"case-{order}", "community": HERE, "order": order, "cell": cell, "open": True}


async def test_the_store_looks_at_the_cell_of_a_row_before_it_reads_its_texts(db: Database) -> None:
    await db[ROWS].insert_one({**_row(1, cell=1), "words": ["漏水"], "text": "漏水", "inside": ""})
    asked, part = terms("漏水"), Part(How.TYPED, True, "")
    for reach in (Reach(inside=True), Reach(inside=False)):
        search = CaseSearch(HERE, asked, reach, near=around(**POINT))
        query = {"community": HERE, "words": {"$in": ["漏水"]}, "$and": [search.near_at_first(part)]}
        plan = (await db[ROWS].find(query).sort("order", -1).hint(WORDS).explain())["queryPlanner"]["winningPlan"]
        while plan["stage"] != "FETCH":
            plan = plan["inputStage"]
        [first, *_] = plan["filter"]["$and"]
        assert "cell" in str(first)
        assert "漏水" not in str(first)
