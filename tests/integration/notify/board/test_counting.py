"""The board is counted by indexes: however many cases there are, few of them are read."""

from tests.integration.notify.board.test_board import places
from tests.integration.notify.calling import Api
from tests.integration.notify.house import House
from tests.unit.notify.given import HERE


async def test_many_cases_are_counted_and_the_last_ones_found_without_reading_all(house: House, api: Api) -> None:
    await house.take(places())
    common = {"channel": "round", "overdue": False, "building": "place-1", "category_zh": "公共照明"}
    common |= {"category_en": "Lighting", "on_the_spot": False, "reported_at": "2026-11-01T08:00:00Z"}
    closed = {"status": "verified", "closed_at": "2026-11-09T08:00:00Z", "due_at": None}
    still = {"status": "dispatched", "due_at": "2026-11-29T08:00:00Z"}
    rows = [
        {"_id": f"case-{n:03}", "community": HERE, "seq": 1, "state": {**common, **(closed if n % 2 else still)}}
        for n in range(240)
    ]
    await house.db["copy_cases"].insert_many(rows)
    await house.db.command("profile", 2)
    board = (await api.call(None, "GET", f"/api/notify/v1/board/{HERE}")).json()
    await house.db.command("profile", 0)
    assert (board["cases"]["reported"], board["cases"]["closed"], len(board["cases"]["latest"])) == (240, 120, 8)
    assert [each["id"] for each in board["cases"]["waiting"]] == [f"case-{n:03}" for n in range(0, 16, 2)]
    asked = await house.db["system.profile"].find({"ns": f"{house.db.name}.copy_cases"}).to_list(None)
    assert len(asked) >= 4
    assert max(each["docsExamined"] for each in asked) <= 10
