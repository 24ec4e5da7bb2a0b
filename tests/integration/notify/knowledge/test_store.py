"""Whom it concerns what became of a case, asked for many cases at the same time."""

import asyncio
from datetime import timedelta

from services.notify.knowledge.store import Knowledge
from tests.integration.notify.house import House
from tests.unit.notify.given import NOW

LATER = NOW + timedelta(hours=1)


async def test_cases_asked_for_at_once_concern_each_its_own_people(house: House) -> None:
    await house.db["subjects"].insert_many(
        [
            {"_id": "case-3", **_said(merged_into="case-1", merged_at=NOW, reporter="reporter-3")},
            {"_id": "case-4", **_said(merged_into="case-1", merged_at=LATER, reporter="reporter-4")},
            {"_id": "case-5", **_said(merged_into=None, merged_at=NOW, reporter="reporter-5")},
        ]
    )
    await house.db["supporters"].insert_many(
        [
            {"_id": "s-1", "subject": "case-1", **_said(person="behind-1", here=True, since=NOW)},
            {"_id": "s-2", "subject": "case-1", **_said(person="late", here=True, since=LATER)},
            {"_id": "s-3", "subject": "case-1", **_said(person="gone", here=False, since=NOW)},
            {"_id": "s-4", "subject": "case-2", **_said(person="behind-2", here=True, since=NOW)},
            {"_id": "s-5", "subject": "case-3", **_said(person="behind-3", here=True, since=NOW)},
        ]
    )
    knowledge = Knowledge(house.db)
    answers = await asyncio.gather(
        knowledge.concerned("case-1", first="reporter-1", at=NOW),
        knowledge.concerned("case-2", first=None, at=NOW),
        knowledge.concerned("case-1", first="reporter-1", at=LATER),
        knowledge.concerned("case-5", first="reporter-5", at=NOW),
    )
    assert list(answers) == [
        ["reporter-1", "reporter-3", "behind-1", "behind-3"],
        ["behind-2"],
        ["reporter-1", "reporter-3", "reporter-4", "behind-1", "late", "behind-3"],
        ["reporter-5"],
    ]


def _said(**fields: object) -> dict[str, dict[str, object]]:
    return {name: {"v": value, "n": 1} for name, value in fields.items()}
