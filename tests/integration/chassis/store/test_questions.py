"""Questions to several collections that are asked at once travel in one call, and each gets its own answer."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from services.chassis.store import mongo
from services.chassis.store.mongo import DESCENDING, OperationFailure
from services.chassis.store.questions import Lookups, Question, Questions


@pytest.fixture
async def asked(store: mongo.Database, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The collections asked in each call to the store."""
    calls, answers = list[list[str]](), Questions._answers

    async def noted(self: Questions, asked: Sequence[Question]) -> Any:
        calls.append([each.collection for each in asked])
        return await answers(self, asked)

    monkeypatch.setattr(Questions, "_answers", noted)
    await store["cases"].insert_many([{"_id": f"case-{n}", "n": n, "of": n % 2} for n in range(6)])
    await store["people"].insert_many([{"_id": f"person-{n}", "found": n, "of": "somebody"} for n in range(3)])
    return calls


async def test_what_is_asked_at_once_is_one_call_and_each_answer_its_own(
    store: mongo.Database, asked: list[list[str]]
) -> None:
    ask = Questions(store)
    answers = await asyncio.gather(
        ask(Question("cases", {"of": 1}, {"n": 1}, [("n", DESCENDING)], 2)),
        ask(Question("people", {"_id": "person-1"})),
        ask(Question("nowhere", {})),
        _later(ask, Question("cases", {"_id": {"$in": ["case-0", "case-9"]}}, {"of": 1})),
    )
    assert list(answers) == [
        [{"_id": "case-5", "n": 5}, {"_id": "case-3", "n": 3}],
        [{"_id": "person-1", "found": 1, "of": "somebody"}],
        [],
        [{"_id": "case-0", "of": 0}],
    ]
    assert asked == [["cases", "people", "nowhere", "cases"]]
    assert await ask(Question("people", {}, {"found": 1}, [("found", DESCENDING)], 1)) == [
        {"_id": "person-2", "found": 2}
    ]


async def _later(ask: Questions, question: Question) -> list[mongo.Document]:
    """Asked some turns later, as from a greater depth of calls."""
    for _ in range(3):
        await asyncio.sleep(0)
    return await ask(question)


async def test_a_question_that_the_store_refuses_fails_alone(store: mongo.Database, asked: list[list[str]]) -> None:
    ask = Questions(store)
    good, bad = Question("people", {"found": {"$gt": 1}}, {"of": 1}), Question("cases", {"$no": 1})
    answers = await asyncio.gather(ask(good), ask(bad), ask(good), return_exceptions=True)
    assert answers[0] == answers[2] == [{"_id": "person-2", "of": "somebody"}]
    assert isinstance(answers[1], OperationFailure)


async def test_those_who_look_up_get_what_they_asked_for_and_no_more(
    store: mongo.Database, asked: list[list[str]]
) -> None:
    look = Lookups(Questions(store), "cases", {"n": 1}, lambda found: 6 // found["n"])
    answers = await asyncio.gather(
        look(["case-2", "case-3"]),
        look([]),
        look(["case-9"]),
        look(["case-0"]),
        look(["case-3"]),
        return_exceptions=True,
    )
    assert [*answers[:3], answers[4]] == [{"case-2": 3, "case-3": 2}, {}, {}, {"case-3": 2}]
    assert isinstance(answers[3], ZeroDivisionError), "what can't be read fails for who asked for it"
    assert asked == [["cases"]]
