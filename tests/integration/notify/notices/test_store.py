"""Questions about notices are answered from an index, however many there have been."""

from typing import Any

import pytest

from services.contracts.notices import NoticeStatus, Suppression
from services.notify.notices.store import told_of, waiting_of
from tests.integration.notify.house import House

OF_OTHERS = 300
QUESTIONS: list[dict[str, Any]] = [
    waiting_of("case-1", "case-dispatched"),
    waiting_of("case-1", "case-dispatched", ["resident-1"]),
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
