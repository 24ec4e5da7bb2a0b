"""Feeds change where something is edited, and by nothing else: not by time, by a move of the board, or by a restart."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest

from services.notify.board.feeds import atom, json_feed, rss
from services.notify.board.figures import Announced, Board
from services.notify.knowledge.names import Names
from tests.unit.notify.boards import NOW, sunny_board
from tests.unit.notify.given import NAMES

Feed = Callable[[Board, str, Names, str], Any]
HERE, THERE = "https://old.example.org", "https://new.example.net"
_IDS: dict[Feed, bytes] = {
    rss: rb'isPermaLink="false">([^<]+)<',
    atom: rb"<atom:entry>.*?<atom:id>([^<]+)<",
    json_feed: rb'"id":"([^"]+)"',
}


def board(title: str = "停水通知", **fields: Any) -> Board:
    said = {"id": "announcement-1", "title": title, "title_en": None, "text": "周六停水。", "text_en": None}
    when = {"pinned": False, "valid_from": NOW, "valid_until": None, "posted_at": NOW, "edited_at": None, "revision": 1}
    announced = Announced.model_validate({**said, **when, **fields})
    whole = sunny_board()
    activities = tuple(each.model_copy(update={"changed_at": NOW}) for each in whole.activities)
    return whole.model_copy(update={"announcements": (announced,), "activities": activities})


def written(feed: Feed, shown: Board, origin: str = HERE) -> bytes:
    found = feed(shown, "zh", NAMES, origin)
    return found if isinstance(found, bytes) else orjson.dumps(found)


def ids(feed: Feed, content: bytes) -> list[bytes]:
    return re.findall(_IDS[feed], content, re.DOTALL)


@pytest.mark.parametrize("feed", [rss, atom, json_feed])
def test_an_entry_is_the_same_one_wherever_and_whenever_it_is_read(feed: Feed) -> None:
    first = written(feed, board())
    later = board().model_copy(update={"as_of": NOW + timedelta(hours=5)})
    assert written(feed, later) == first, "nothing was edited"
    edited = written(feed, board("停水延期", edited_at=NOW + timedelta(hours=1), revision=2), THERE)
    assert edited != first
    assert ids(feed, edited) == ids(feed, first) == ids(rss, written(rss, board()))
    assert len(set(ids(feed, first))) == len(ids(feed, first)) == 1 + 5 + 4
    gone = written(feed, board().model_copy(update={"announcements": ()}))
    assert ids(feed, gone) == ids(feed, first)[1:]


def test_the_time_of_an_entry_moves_with_an_edit_alone() -> None:
    moved = NOW + timedelta(hours=1)
    before, after = (written(atom, each) for each in (board(), board("停水延期", edited_at=moved)))
    times = [re.findall(rb"<atom:updated>([^<]+)<", each) for each in (before, after)]
    assert times[0][0] == times[0][1] == NOW.isoformat().encode()
    assert times[1][:2] == [moved.isoformat().encode()] * 2
    assert times[0][2:] == times[1][2:]
    assert b"date_modified" not in orjson.dumps(json_feed(board(), "zh", NAMES, HERE)["items"][0])
    assert json_feed(board(edited_at=moved), "zh", NAMES, HERE)["items"][0]["date_modified"] == moved.isoformat()
