"""The sheet of cases, and the history of one: complete, for whom they are, and bounded."""

import csv
from io import StringIO
from typing import Any

import pytest

from services.chassis.store import journal
from services.chassis.store.cursor import encode
from services.chassis.store.journal import Journal
from services.chassis.store.mongo import Database
from services.contracts.issues import CaseStatus
from services.issues.reading.conditions import Filters
from services.issues.reading.exporting import BATCH, sheet
from services.issues.reading.row import ROWS, Where, row
from services.issues.reading.sheet import COLUMNS
from tests.integration.issues.calling import Api, a_community
from tests.integration.issues.kept import Kept
from tests.integration.issues.reading.readers import reported, up_to_date
from tests.unit.issues.world import HERE, NEIGHBOUR, RESIDENT, STAFF, SUPERVISOR, WALKER, a_case

PHONE = "13812345678"


def _read(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(StringIO(text[1:], newline="")))


async def test_staff_export_what_the_filters_leave(api: Api, store: Kept) -> None:
    unit, houses = await a_community(api)
    evil = await reported(api, houses[0], text=f'=HYPERLINK("http://x"),电话 {PHONE}\n第二行')
    other = await reported(api, houses[1])
    await api.made(STAFF, f"/cases/{other}/accept", {"title": "+1 噪声"})
    await api.made(STAFF, f"/cases/{other}/dispatch", {"unit": unit})
    await up_to_date(store)

    answer = await api.get(STAFF, "/cases.csv", community=HERE)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    text = answer.content.decode()
    assert text.count("\n") == text.count("\r\n") + 1
    second, first = _read(text)
    assert list(first) == list(COLUMNS)
    assert (first["service_request_id"], second["service_request_id"]) == (evil, other)
    assert first["description"].startswith("'=HYPERLINK")
    assert PHONE not in text
    assert second["title"] == "'+1 噪声"
    assert (second["agency_responsible"], second["address"]) == ("物业公司", "都市小区 2号楼")

    only = await api.get(STAFF, "/cases.csv", community=HERE, status="reported")
    assert [line["service_request_id"] for line in _read(only.content.decode())] == [evil]
    none = await api.get(STAFF, "/cases.csv", community=HERE, to="2020-01-01")
    assert _read(none.content.decode()) == []


@pytest.mark.parametrize("by", [RESIDENT, WALKER, SUPERVISOR], ids=lambda by: str(by.sub))
async def test_the_sheet_is_for_staff(api: Api, by: Any) -> None:
    assert (await api.get(by, "/cases.csv", community=HERE)).status == 403


async def test_a_long_sheet_is_made_in_pieces(store: Kept, db: Database) -> None:
    """Whatever its length, what is held at once is one batch."""
    count, state = 5 * BATCH + 7, a_case(CaseStatus.ACCEPTED).model_dump(exclude={"id"})
    documents: list[dict[str, Any]] = [{"_id": f"case-{number:05}", "v": 1, "state": state} for number in range(count)]
    await db["cases"].insert_many(documents)
    await db[ROWS].insert_many([{"_id": each["_id"], **row(each["_id"], 1, state, Where())} for each in documents])
    pieces = [piece async for piece in sheet(db, store.units, HERE, Filters())]
    lines = [piece.count("\r\n") for piece in pieces]
    assert lines == [1, *[BATCH] * 5, 7]
    assert len({line["service_request_id"] for line in _read("".join(pieces))}) == count


async def _journalled(db: Database) -> None:
    entries = [
        journal.document(case["_id"], "case", HERE, entry)
        async for case in db["cases"].find({})
        for entry in case["outbox"]
    ]
    await Journal(db).append(entries)


async def test_a_history_is_read_page_by_page_as_far_as_one_may(api: Api, db: Database) -> None:
    _, houses = await a_community(api)
    case = await reported(api, houses[0])
    await api.made(STAFF, f"/cases/{case}/accept", {})
    await api.made(STAFF, f"/cases/{case}/reject", {"reason": f"请致电 {PHONE}"})
    await _journalled(db)
    seen: list[dict[str, Any]] = []
    cursor = None
    for _ in range(2):
        page = (await api.get(STAFF, f"/cases/{case}/history", limit=2, cursor=cursor)).json
        seen += page["items"]
        cursor = page["next"]
    assert cursor is None
    assert [entry["type"].split(".")[-2] for entry in seen] == ["reported", "accepted", "rejected"]
    assert [entry["sequence"] for entry in seen] == [1, 2, 3]
    assert [entry["actor"] for entry in seen] == [RESIDENT.sub, STAFF.sub, STAFF.sub]
    assert PHONE not in str(seen)

    outside = (await api.get(NEIGHBOUR, f"/cases/{case}/history")).json["items"]
    assert {entry["actor"] for entry in outside} == {None}
    assert not any("by" in entry["data"] for entry in outside)
    assert STAFF.sub not in str(outside)
    foreign = encode(1, "case-0")
    assert (await api.get(STAFF, f"/cases/{case}/history", cursor=foreign)).code == "cursor.invalid"
    assert (await api.get(STAFF, "/cases/case-0/history")).status == 404


async def test_an_erased_person_is_in_no_history(api: Api, store: Kept, db: Database) -> None:
    _, houses = await a_community(api)
    case = await reported(api, houses[0])
    await _journalled(db)
    await store.cases.collection.update_one({"_id": case}, {"$set": {"state.reporter": None}})
    history = (await api.get(STAFF, f"/cases/{case}/history")).json["items"]
    assert RESIDENT.sub not in str(history)


async def test_words_that_were_erased_are_found_no_more(api: Api, store: Kept, db: Database) -> None:
    _, houses = await a_community(api)
    case = await reported(api, houses[0], text="地下车库漏水")
    await up_to_date(store)
    assert (await api.get(STAFF, "/search", community=HERE, q="漏水")).json["items"]
    await store.cases.collection.update_one({"_id": case}, {"$set": {"state.text": None}})
    await up_to_date(store)
    assert (await api.get(STAFF, "/search", community=HERE, q="漏水")).json["items"] == []
    assert "漏水" not in str(await db[ROWS].find({}).to_list(None))
