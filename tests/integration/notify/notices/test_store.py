"""Questions about notices are answered from an index, however many there have been."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.contracts.notices import NoticeStatus, Suppression
from services.notify.notices.store import Notices, told_of, waiting_of
from tests.integration.notify.house import House
from tests.unit.notify.given import HOUR, NOW

OF_OTHERS = 300
PARTS = [{"about": "case-2", "kind": "case-dispatched"}, {"about": "case-3", "kind": "case-verified"}]
QUESTIONS: list[dict[str, Any]] = [
    waiting_of(["case-1"], "case-dispatched"),
    waiting_of(["case-1", "case-2"], "case-dispatched"),
    {"state.community": "sunshine", **told_of("about", "case-1")},
    {"state.community": "sunshine", **told_of("cause", "case-1.4")},
]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: str(question)[:70])
async def test_what_is_asked_of_one_subject_reads_nothing_of_others(house: House, question: dict[str, Any]) -> None:
    """Each message that reached nobody stays for ever: it says who was not told and why."""
    await house.db["notices"].insert_many([_to_nobody(n) for n in range(OF_OTHERS)])
    explained = await house.db["notices"].find(question, {"_id": 1}).sort("_id", 1).explain()
    read = explained["executionStats"]
    assert read["totalDocsExamined"] + read["totalKeysExamined"] < 10


async def test_questions_at_the_same_time_are_answered_each_by_itself(house: House) -> None:
    rows: list[tuple[str, dict[str, Any]]] = [
        ("n-1", {"about": "case-1", "kind": "case-dispatched", "recipient": "a", "status": "queued"}),
        ("n-2", {"about": "case-1", "kind": "case-dispatched", "recipient": "b", "status": "queued"}),
        ("n-7", {"about": "case-1", "kind": "case-dispatched", "recipient": "c", "behalf": "b", "status": "queued"}),
        ("n-3", {"about": "case-2", "kind": "case-dispatched", "recipient": "a", "status": "queued"}),
        ("n-4", {"about": "case-1", "kind": "case-verified", "recipient": "a", "status": "delivered"}),
        ("n-5", {"about": "case-2", "kind": "case-verified", "recipient": "a", "status": "delivered"}),
        ("n-6", {"about": "series-1", "kind": "other", "recipient": "b", "status": "queued", "parts": PARTS}),
    ]
    shown = {"channel": "inbox", "reason": None}
    await house.db["notices"].insert_many([{"_id": id, "at": id, "state": {**shown, **row}} for id, row in rows])
    asked, kind = Notices(house.notices), "case-dispatched"
    answers = await asyncio.gather(
        asked.waiting("case-1", kind),
        asked.waiting("case-1", kind, ["b"]),
        asked.waiting("case-2", kind),
        asked.waiting("case-3", kind),
        asked.waiting("case-1", "case-verified"),
    )
    assert list(answers) == [["n-1", "n-2", "n-7"], ["n-2", "n-7"], ["n-3", "n-6"], [], []]
    people = ("a", "b", "a", "c")
    assert [*await asyncio.gather(*(asked.unread(person) for person in people))] == [2, 0, 2, 0]


async def test_an_emergency_waits_behind_nothing(house: House) -> None:
    def queued(n: int, sort: str) -> dict[str, Any]:
        at = NOW + timedelta(seconds=n)
        state = {"status": "queued", "channel": "email", "recipient": f"r-{n}", "not_before": at, "queued_at": at}
        return {"_id": f"notice-{n}", "state": {**state, "bundle": None, "sort": sort}}

    rows = [queued(n, "social") for n in range(5)]
    await house.db["notices"].insert_many([*rows, queued(8, "emergency"), queued(9, "emergency")])
    asked = Notices(house.notices)
    assert [id for id, _, _ in await asked.due(NOW + HOUR, 4)] == ["notice-8", "notice-9", "notice-0", "notice-1"]
    assert [id for id, _, _ in await asked.due(NOW + HOUR, 1)] == ["notice-8"]
    assert len(await asked.due(NOW + HOUR, 100)) == 7


def _to_nobody(n: int) -> dict[str, Any]:
    state = {
        "recipient": f"resident-{n}",
        "channel": "email",
        "status": NoticeStatus.SUPPRESSED,
        "reason": Suppression.NO_ADDRESS,
        "kind": "case-dispatched",
        "about": f"case-of-others-{n}",
        "cause": f"case-of-others-{n}.4",
        "community": "sunshine",
        "parts": [],
    }
    return {"_id": f"notice-{n}", "at": n, "state": state}
