"""A word that is no community has no board, and nothing that hangs on one: no feed, screen, list or sheet of it."""

import pytest

from tests.integration import standing
from tests.integration.notify.board.test_board import places
from tests.integration.notify.calling import Api
from tests.integration.notify.house import House
from tests.integration.public_routes import refused_elsewhere

NO_BOARD, NOT_THERE = "board.unknown-community", "not-found"


async def test_every_public_route_knows_a_community_from_any_word(house: House, api: Api) -> None:
    await house.take(places())
    others = {"year": "2026", "week": "48"}
    assert await refused_elsewhere(api, standing.routers(house.rooms), "atlantis", others) == {
        "/board/{community}": NO_BOARD,
        "/board/{community}/": NO_BOARD,
        "/board/{community}/screen": NO_BOARD,
        "/board/{community}/feed.rss": NO_BOARD,
        "/board/{community}/feed.atom": NO_BOARD,
        "/board/{community}/feed.json": NO_BOARD,
        "/board/{community}/announcements/{id}": NOT_THERE,
        "/board/{community}/bulletins": NO_BOARD,
        "/board/{community}/bulletins/{year}-W{week}": NOT_THERE,
        "/board/{community}/bulletins/{year}-W{week}.pdf": NOT_THERE,
        "/api/notify/v1/board/{community}": NO_BOARD,
    }


@pytest.mark.parametrize("page", ["", "/screen", "/bulletins", "/bulletins/2026-W48", "/announcements/nothing"])
async def test_a_browser_is_shown_a_page_that_says_so(house: House, api: Api, page: str) -> None:
    await house.take(places())
    answer = await api.call(None, "GET", f"/board/atlantis{page}", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
