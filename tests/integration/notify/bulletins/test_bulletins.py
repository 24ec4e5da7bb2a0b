"""Bulletins on a real store: issued when a week is over, once, counted from the copies, and an edit shows."""

import asyncio
import html
import re
from datetime import timedelta

from services.contracts import issues as i
from services.notify.bulletins.api import ON_THE_SHELF
from services.notify.bulletins.sweeps import WeeksThatAreOver
from tests.integration.notify.board.test_board import activity, case, places, summarised
from tests.integration.notify.calling import Api
from tests.integration.notify.house import House
from tests.unit.notify.given import DAY, HERE, NOW

WEEK = timedelta(weeks=1)
NEXT_MONDAY = NOW + timedelta(days=6)
"""Noon of the Monday after the week of NOW, which is a Tuesday."""


def sweep(house: House) -> WeeksThatAreOver:
    (found,) = [each for room in house.rooms for each in room.sweeps if isinstance(each, WeeksThatAreOver)]
    return found


async def a_week(house: House) -> None:
    await house.take(
        [
            *places(),
            summarised("round-1", -DAY),
            summarised("round-2", -8 * DAY),
            case("c-1", i.CaseStatus.VERIFIED),
            case("c-2", i.CaseStatus.REPORTED),
            case("c-3", i.CaseStatus.VERIFIED, reported_at=NOW - 2 * WEEK, closed_at=NOW + WEEK),
            case("c-4", i.CaseStatus.REPORTED, reported_at=NOW + WEEK),
            activity("a-1", DAY),
            activity("a-2", 9 * DAY),
        ]
    )


async def test_a_week_has_one_bulletin_with_the_figures_of_its_events(house: House, api: Api) -> None:
    await a_week(house)
    house.now = NEXT_MONDAY
    assert await asyncio.gather(*(sweep(house).once(house.clock) for _ in range(3))) != [0, 0, 0]
    assert await sweep(house).once(house.clock) == 0
    (shown,) = (await api.call(None, "GET", "/bulletins", community=HERE)).json()["items"]
    assert (shown["year"], shown["week"]) == (2026, 48)
    assert shown["figures"] == {
        "rounds": 1,
        "floors": 18,
        "found": 4,
        "on_the_spot": 3,
        "reported": 2,
        "closed": 1,
        "open": 2,
        "activities": 1,
    }
    page = await api.call(None, "GET", "/board/sunshine/bulletins/2026-W48")
    assert page.status_code == 200
    assert shown["seal"] in page.text
    assert "2026-W48" in (await api.call(None, "GET", "/board/sunshine/bulletins")).text
    none = "/board/sunshine/bulletins/2026-W47"
    assert (await api.call(None, "GET", none)).json()["code"] == "not-found"
    read = await api.send(None, "GET", none, {"Accept": "text/html"})
    assert (read.status_code, "没有这一期周报" in read.text) == (404, True)


async def test_weeks_that_were_missed_are_issued_and_an_edit_in_the_store_shows(house: House, api: Api) -> None:
    await a_week(house)
    house.now = NEXT_MONDAY
    await sweep(house).once(house.clock)
    house.now += 3 * WEEK
    assert await sweep(house).once(house.clock) == 3
    chain = (await api.call(None, "GET", "/bulletins/chain", community=HERE)).json()
    assert (chain["bulletins"], chain["whole"], chain["broken"]) == (4, True, None)
    second = (await api.call(None, "GET", "/bulletins", community=HERE)).json()["items"][2]
    await house.db["bulletins"].update_one({"_id": second["id"]}, {"$set": {"state.figures.closed": 99}})
    chain = (await api.call(None, "GET", "/bulletins/chain", community=HERE)).json()
    assert (chain["whole"], chain["broken"]) == (False, second["id"])


async def test_the_list_leads_to_the_bulletins_of_every_year(house: House, api: Api) -> None:
    await a_week(house)
    house.now = NEXT_MONDAY
    await sweep(house).once(house.clock)
    for _ in range(8):
        house.now += 8 * WEEK
        await sweep(house).once(house.clock)
    count = (await api.call(None, "GET", "/bulletins/chain", community=HERE)).json()["bulletins"]
    seen: list[str] = []
    path: str | None = "/board/sunshine/bulletins"
    while path is not None:
        page = (await api.call(None, "GET", path)).text
        seen += re.findall(r"bulletins/([0-9]{4}-W[0-9]{2})", page)
        onward = re.search(r'href="([^"]*)" rel="next"', page)
        path = None if onward is None else "/board/sunshine/bulletins" + html.unescape(onward[1])
    assert len(seen) == len(set(seen)) == count > ON_THE_SHELF
    assert seen[-1] == "2026-W48"


async def test_where_there_is_no_board_there_is_no_list_of_bulletins(house: House, api: Api) -> None:
    await a_week(house)
    none = "/board/nosuch/bulletins"
    assert (await api.call(None, "GET", none)).json()["code"] == "board.unknown-community"
    read = await api.send(None, "GET", none, {"Accept": "text/html"})
    assert (read.status_code, "没有这个公示栏" in read.text) == (404, True)
