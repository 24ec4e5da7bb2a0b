"""Everything that people who may not know of a thing can read of a house: every GET of every service, and the board."""

import html
import json
from collections.abc import Sequence
from typing import Any

import httpx

from services.chassis.principal import Role
from tests.described import whole
from tests.e2e.house import SERVICES, Hand, House

Read = dict[tuple[str, str], str]
"""What was answered, by who asked and the address."""

BOARD = (
    "/board/{community}",
    "/board/{community}?lang=en",
    "/board/{community}/feed.rss",
    "/board/{community}/feed.json",
)


async def outsiders(house: House, unit: str) -> dict[str, httpx.AsyncClient]:
    """Who may not know: nobody in particular, a resident, a volunteer, another unit's handler, an operator."""
    hands = {
        "resident": house.newcomer("neighbour", Role.RESIDENT),
        "volunteer": house.newcomer("helper", Role.VOLUNTEER),
        "handler": house.newcomer("handler", Role.HANDLER, unit=unit),
        "operator": house.newcomer("operator", Role.OPERATOR),
    }
    anonymous = httpx.AsyncClient(base_url=house.url, timeout=30)
    return {"anonymous": anonymous, **{name: hand.http for name, hand in hands.items()}}


async def read_everything(
    house: House, readers: dict[str, httpx.AsyncClient], ids: Sequence[str], **query: Any
) -> Read:
    """Every GET of every service with each of `ids` wherever an id is asked for, as each of `readers`."""
    asked = {"community": house.community, "jurisdiction_id": house.community, "limit": 50, **query}
    paths = {path.replace("{community}", house.community): set(asked) for path in BOARD}
    for service in SERVICES:
        described = whole((await readers["resident"].get(f"/api/{service}/openapi.json")).json())
        for path, methods in described["paths"].items():
            if "get" in methods:
                known = {each["name"] for each in methods["get"].get("parameters", ()) if each["in"] == "query"}
                paths |= dict.fromkeys(_filled(path.replace("{community}", house.community), ids), known)
    told: Read = {}
    for name, http in readers.items():
        for path, known in paths.items():
            said = {name: value for name, value in asked.items() if name in known}
            answer = await http.get(path, params=None if "/board/" in path else said)
            assert answer.status_code < 500, (path, answer.text)
            if answer.status_code == 200:
                told[name, path] = html.unescape(answer.content.decode("utf-8", "replace"))
    return told


def _filled(path: str, ids: Sequence[str]) -> list[str]:
    if "{" not in path:
        return [path]
    start, rest = path.split("{", 1)
    return [filled for id in ids for filled in _filled(f"{start}{id}{rest.split('}', 1)[1]}", ids)]


def found_in(told: Read, words: Sequence[str], *besides: str) -> list[tuple[str, str, str]]:
    """(who, where, word) of each word that was read; not at addresses that have one of `besides` in them."""
    return [
        (who, path, word)
        for (who, path), content in told.items()
        for word in words
        if word in content and not any(part in path for part in besides)
    ]


async def board(reader: Hand, community: str) -> str:
    """The board as data, without the moment and without the list of all buildings, which are no secret."""
    shown = await reader.get(f"/api/notify/v1/board/{community}")
    shown["coverage"].pop("buildings")
    shown["coverage"].pop("covered")
    return json.dumps({**shown, "as_of": None}, ensure_ascii=False)
