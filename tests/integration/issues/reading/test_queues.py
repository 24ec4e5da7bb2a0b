"""Queues on a real store: whose work lies where, what is due first, and how much waits, always from an index."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.chassis.principal import Role
from services.chassis.store.cursor import encode
from services.chassis.store.mongo import Database
from services.contracts.issues import CasePhase, CaseStatus, Channel, Priority
from services.issues.reading.conditions import Filters
from services.issues.reading.finding import CaseFinder
from services.issues.reading.queueing import walks
from services.issues.reading.row import ROWS, WAITING, order_of
from tests.integration.issues.calling import Api
from tests.integration.issues.kept import Kept
from tests.integration.issues.query_plans import winning
from tests.integration.issues.reading.readers import dispatched, ids, reported, up_to_date
from tests.unit.issues.world import HERE, NEIGHBOUR, RESIDENT, STAFF, SUPERVISOR, person


async def test_each_person_has_their_own_queue(api: Api, store: Kept, unit_and_houses: tuple[str, list[str]]) -> None:
    unit, houses = unit_and_houses
    waiting = await reported(api, houses[0])
    at_unit = await reported(api, houses[1])
    done = await reported(api, houses[2])
    closed = await reported(api, houses[2])
    handler = person("handler-7", Role.HANDLER, units=(unit,))
    for case in (at_unit, done, closed):
        await dispatched(api, case, unit)
    for case in (done, closed):
        await api.made(handler, f"/cases/{case}/handle", {})
    await api.made(SUPERVISOR, f"/cases/{closed}/verify", {})
    await up_to_date(store)

    assert await ids(api, STAFF, "/queue") == [waiting]
    assert await ids(api, STAFF, "/queue", desk="staff") == [waiting]
    assert await ids(api, handler, "/queue") == [at_unit]
    assert await ids(api, STAFF, "/queue", desk="unit", of=unit) == [at_unit]
    assert await ids(api, SUPERVISOR, "/queue") == [done]
    assert await ids(api, RESIDENT, "/queue") == [closed]
    assert await ids(api, NEIGHBOUR, "/queue") == []
    assert await ids(api, STAFF, "/queue", desk="unit", of=unit, building=houses[0]) == []
    own = person("verifier-9", Role.SUPERVISOR, units=(unit,))
    assert await ids(api, own, "/queue") == []
    for desk in ("staff", "verify", "unit"):
        assert (await api.get(RESIDENT, "/queue", community=HERE, desk=desk, of=unit)).status == 403
    assert (await api.get(STAFF, "/queue", community=HERE, desk="unit")).code == "queue.unit-missing"


async def test_each_desk_tells_how_much_waits_there(
    api: Api, store: Kept, unit_and_houses: tuple[str, list[str]], db: Database
) -> None:
    unit, houses = unit_and_houses
    cases = [await reported(api, houses[0]) for _ in range(4)]
    for case in cases[1:]:
        await dispatched(api, case, unit)
    handler = person("handler-7", Role.HANDLER, units=(unit,))
    await api.made(handler, f"/cases/{cases[3]}/handle", {})
    await up_to_date(store)
    await db[ROWS].update_one({"_id": cases[1]}, {"$set": {"overdue": True}})

    async def counts(by: Any) -> list[tuple[str, str | None, int, int, bool]]:
        found = (await api.get(by, "/queue/counts", community=HERE)).json["items"]
        for each in found:
            assert each.pop("title") == (None if each["unit"] is None else "物业公司")
        return [tuple(each.values()) for each in found]

    assert await counts(STAFF) == [("mine", None, 0, 0, False), ("staff", None, 1, 0, False)]
    assert await counts(handler) == [("mine", None, 0, 0, False), ("unit", unit, 2, 1, False)]
    assert (await counts(SUPERVISOR))[-1] == ("verify", None, 1, 0, False)
    verifies_not = person("handler-7", Role.SUPERVISOR)
    assert (await counts(verifies_not))[-1] == ("verify", None, 0, 0, False)


async def test_a_queue_is_narrowed_by_phase_level_assignee_and_what_is_due(
    api: Api, store: Kept, unit_and_houses: tuple[str, list[str]], db: Database
) -> None:
    unit, houses = unit_and_houses
    signed, fresh = await reported(api, houses[0]), await reported(api, houses[1])
    handler = person("handler-7", Role.HANDLER, units=(unit,))
    for case in (signed, fresh):
        await dispatched(api, case, unit)
    await api.made(handler, f"/cases/{signed}/start", {})
    await up_to_date(store)
    await db[ROWS].update_one({"_id": fresh}, {"$set": {"level": 2, "due": _moment("2026-01-05T00:00:00+00:00")}})

    assert await ids(api, handler, "/queue", phase="sign") == [fresh]
    assert await ids(api, handler, "/queue", phase="contact") == [signed]
    assert await ids(api, handler, "/queue", assignee="handler-7") == [signed]
    assert await ids(api, handler, "/queue", level=2) == [fresh]
    assert await ids(api, handler, "/queue", level=3) == []
    assert await ids(api, handler, "/queue", due="2026-01-05") == [fresh]
    assert await ids(api, handler, "/queue", due="2026-01-04") == []


async def test_a_queue_begins_with_the_case_that_is_due_first(
    api: Api, store: Kept, unit_and_houses: tuple[str, list[str]], db: Database
) -> None:
    unit, houses = unit_and_houses
    cases = [await reported(api, houses[0]) for _ in range(5)]
    for case in cases:
        await dispatched(api, case, unit)
    await up_to_date(store)
    moments = [f"2030-01-0{day}T00:00:00+00:00" for day in (3, 1, 2, 2, 1)]
    for case, moment in zip(cases, moments, strict=True):
        await db[ROWS].update_one({"_id": case}, {"$set": {"due": _moment(moment)}})
    expected = [id for _, id in sorted(zip(moments, cases, strict=True))]
    seen: list[str] = []
    cursor = None
    for _ in range(3):
        answer = await api.get(STAFF, "/queue", community=HERE, desk="unit", of=unit, limit=2, cursor=cursor)
        seen += [item["id"] for item in answer.json["items"]]
        cursor = answer.json["next"]
    assert (seen, cursor) == (expected, None)


def _moment(text: str) -> Any:
    return datetime.fromisoformat(text)


LATE = 12
FILTERS = [
    Filters(),
    Filters(overdue=True),
    Filters(overdue=False),
    Filters(overdue=True, category=["lift"]),
    Filters(status=[CaseStatus.PAUSED]),
    Filters(building="house-3"),
    Filters(priority=[Priority.URGENT]),
    Filters(unit="u"),
    Filters(group="machines"),
    Filters(channel=[Channel.HOTLINE]),
    Filters(affected=5),
    Filters(phase=[CasePhase.CONTACT]),
    Filters(level=2),
    Filters(assignee="handler-1"),
    Filters(due_before=datetime(2026, 11, 20, tzinfo=UTC)),
    Filters(since=datetime(2026, 11, 10, tzinfo=UTC), until=datetime(2026, 11, 12, tzinfo=UTC)),
]


async def _desks_full(db: Database) -> None:
    """120 rows at a unit and as many with the staff; of each a tenth is overdue, and few are what filters ask for."""
    began = datetime(2026, 11, 1, tzinfo=UTC)
    await db[ROWS].insert_many(
        {
            "_id": f"case-{desk}-{number:03}",
            "community": HERE,
            "desks": [desk],
            "overdue": number % 10 == 0,
            "due": began + timedelta(days=number // 2),
            "category": "lift" if number % 4 == 0 else "noise",
            "group": "machines" if number % 4 == 0 else "people",
            "status": "paused" if number % 7 == 0 else "dispatched",
            "building": f"house-{number % 9}",
            "priority": "urgent" if number % 8 == 0 else "normal",
            "unit": "u" if number % 5 == 0 else "v",
            "channel": "hotline" if number % 6 == 0 else "resident",
            "affected": number % 6,
            "phase": ("sign", "contact", "handling")[number % 3],
            "level": number % 4,
            "assignee": f"handler-{number % 5}",
            "order": order_of(began + timedelta(hours=6 * number)),
        }
        for desk in ("unit:u", "staff")
        for number in range(120)
    )


async def _walked(db: Database, query: dict[str, Any], sort: Any) -> dict[str, Any]:
    """How the store answers a queue's question, which names its index."""
    found = db[ROWS].find(query).sort(sort).hint(WAITING).limit(51)
    return dict(await found.explain())


@pytest.mark.parametrize("filters", FILTERS, ids=str)
@pytest.mark.parametrize("desks", [["unit:u"], ["staff", "unit:u"], ["staff", *(f"unit:{n}" for n in range(98))]])
async def test_a_filtered_queue_reads_no_row_that_it_does_not_show(
    db: Database, desks: list[str], filters: Filters
) -> None:
    """On the first page and on those that follow, whatever is asked for."""
    await _desks_full(db)
    for cursor in (None, encode(datetime(2026, 11, 6, tzinfo=UTC), "case-staff-010")):
        for query, sort in walks(HERE, desks, {"$and": [filters.query(), {}]}, cursor):
            explained = await _walked(db, query, sort)
            told = explained["executionStats"]
            assert not winning(explained) & {"COLLSCAN", "SORT", "OR"}
            assert told["totalDocsExamined"] == told["nReturned"]


async def test_overdue_cases_are_found_without_a_look_at_the_rest(db: Database) -> None:
    await _desks_full(db)
    [(query, sort)] = walks(HERE, ["unit:u"], Filters(overdue=True, category=["lift"]).query(), None)
    told = (await _walked(db, query, sort))["executionStats"]
    assert (told["nReturned"], told["totalKeysExamined"] <= LATE + 1) == (6, True)


@pytest.mark.parametrize("filters", FILTERS, ids=str)
async def test_pages_of_a_queue_hold_each_case_once_in_the_order_of_what_is_due(db: Database, filters: Filters) -> None:
    """Overdue or not, on two desks at once, and where several are due at the same moment."""
    await _desks_full(db)
    desks, seen, cursor = ["staff", "unit:u"], list[str](), None
    while not seen or cursor is not None:
        page = await CaseFinder(db).queue(HERE, desks, filters.query(), 7, cursor)
        seen += [row["_id"] for row in page.rows]
        cursor = page.next
    rows = await db[ROWS].find(filters.query()).to_list(None)
    assert seen == [row["_id"] for row in sorted(rows, key=lambda row: (row["due"], row["_id"]))]
