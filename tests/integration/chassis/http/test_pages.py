"""Lists, page by page."""

import re

import httpx
import pytest

from tests.integration.chassis.http.shop import PATH


async def walk(caller: httpx.AsyncClient, first: str) -> list[list[str]]:
    """The ids on each page, followed by the Link header as a client would."""
    pages: list[list[str]] = []
    url: str | None = first
    while url is not None:
        answer = await caller.get(url)
        body = answer.json()
        pages.append([item["id"] for item in body["items"]])
        link = re.fullmatch(r'<([^>]+)>; rel="next"', answer.headers.get("Link", ""))
        assert (link is None) == (body["next"] is None)
        url = link[1] if link else None
    return pages


async def test_pages_follow_each_other_without_gap_or_repetition(caller: httpx.AsyncClient) -> None:
    made = [(await caller.post(PATH, json={"sweets": n % 10})).json()["id"] for n in range(7)]
    pages = await walk(caller, f"{PATH}?limit=3")
    assert [len(page) for page in pages] == [3, 3, 1]
    assert sorted(id for page in pages for id in page) == sorted(made)


async def test_the_link_keeps_what_was_asked_for(caller: httpx.AsyncClient) -> None:
    for _ in range(2):
        await caller.post(PATH, json={"sweets": 1})
    link = (await caller.get(f"{PATH}?limit=1&label=%E9%98%B3")).headers["Link"]
    assert link.startswith(f"<{PATH}?limit=1&label=%E9%98%B3&cursor=")


async def test_an_item_that_is_added_meanwhile_does_not_shift_the_next_page(caller: httpx.AsyncClient) -> None:
    before = [(await caller.post(PATH, json={"sweets": 1})).json()["id"] for _ in range(4)]
    first = (await caller.get(f"{PATH}?limit=2")).json()
    await caller.post(PATH, json={"sweets": 1})
    second = (await caller.get(PATH, params={"limit": 2, "cursor": first["next"]})).json()
    assert {item["id"] for page in (first, second) for item in page["items"]} == set(before)


async def test_an_empty_list_is_a_page(caller: httpx.AsyncClient) -> None:
    answer = await caller.get(PATH)
    assert (answer.status_code, answer.json()) == (200, {"items": [], "next": None, "total": 0, "at_least": None})


async def test_the_first_page_says_how_many_there_are(caller: httpx.AsyncClient) -> None:
    for _ in range(3):
        await caller.post(PATH, json={"sweets": 1})
    said = [(await caller.get(f"{PATH}?limit={limit}")).json() for limit in (3, 2)]
    assert [(each["total"], each["at_least"]) for each in said] == [(3, None), (None, 2)]
    last = (await caller.get(PATH, params={"limit": 2, "cursor": said[1]["next"]})).json()
    assert (len(last["items"]), last["total"], last["at_least"]) == (1, None, None)


async def test_a_page_that_is_known_is_not_sent_again(caller: httpx.AsyncClient) -> None:
    await caller.post(PATH, json={"sweets": 1})
    first = await caller.get(PATH)
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    same = await caller.get(PATH, headers={"If-None-Match": tag})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    await caller.post(PATH, json={"sweets": 1})
    assert (await caller.get(PATH, headers={"If-None-Match": tag})).status_code == 200


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=many"])
async def test_a_page_has_a_sane_size(caller: httpx.AsyncClient, query: str) -> None:
    answer = await caller.get(f"{PATH}?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "limit")


@pytest.mark.parametrize("cursor", ["x", "W10", "eyIkbmUiOjF9", "bnVsbA"])
async def test_a_made_up_cursor_is_refused(caller: httpx.AsyncClient, cursor: str) -> None:
    answer = await caller.get(PATH, params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor.invalid")
