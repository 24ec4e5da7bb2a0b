"""Notes tell the public history of a request: each change of its status, from the journal.

A note tells the status and, where the committee did not take the case up, the masked reason. It does not tell who
changed the status, nor internal remarks.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.chassis.http.language import Language
from services.chassis.store.journal import Entry, Journal
from services.chassis.store.mongo import ASCENDING
from services.contracts.issues import CaseStatus
from services.contracts.masking import mask
from services.issues.cases.domain.case import Case
from services.issues.catalogue.domain.questions import LISTS
from services.issues.open311.requests import Requests, Values
from services.issues.open311.states import STATES
from services.issues.open311.windows import Window

_NOTES = 50


def told(window: Window, community: str) -> dict[str, Any]:
    """The query for journal entries about cases of `community` in the `window`, made while the cases were public."""
    return {
        "community": community,
        "kind": "case",
        "time": {"$gte": window.start, "$lte": window.end},
        "data.status": {"$exists": True},
        "told": {"$exists": False},
    }


@dataclass(frozen=True, slots=True)
class Notes:
    """Reads the notes of public requests from the journal."""

    requests: Requests
    journal: Journal

    async def updates(
        self, community: str, window: Window, language: Language, page: int, size: int
    ) -> tuple[list[Values], bool]:
        """One page of the updates in the `window`, the oldest first, and whether there is another page."""
        found = self.journal.collection.find(told(window, community)).sort([("time", ASCENDING), ("_id", ASCENDING)])
        entries = await found.skip((page - 1) * size).limit(size + 1).to_list(size + 1)
        shown = entries[:size]
        ids = list(dict.fromkeys(entry["_id"]["a"] for entry in shown))
        public = {case.id for case in await self.requests.public_cases(community, ids)}
        return [_update(entry, language) for entry in shown if entry["_id"]["a"] in public], len(entries) > size

    async def extended(self, requests: Sequence[Values], language: Language) -> list[Values]:
        """`requests` with their answers, channel and notes."""
        ids = [request["service_request_id"] for request in requests]
        found = (await self.requests.cases.select({"_id": {"$in": ids}}, limit=max(1, len(ids)))).items
        cases = {stored.aggregate.id: stored.aggregate for stored in found}
        histories = await asyncio.gather(*(self.journal.page(id, limit=_NOTES) for id in ids))
        return [
            {
                **request,
                "attributes": await self._answers(cases[request["service_request_id"]], language),
                "extended_attributes": {
                    "channel": cases[request["service_request_id"]].channel.value,
                    "x": request["long"],
                    "y": request["lat"],
                    "photos": [],
                },
                "notes": [_note(entry.time, entry.data, language) for entry in _open(history)],
            }
            for request, history in zip(requests, histories, strict=True)
        ]

    async def _answers(self, case: Case, language: Language) -> list[Values]:
        """The answers that were chosen from lists. Answers in the reporter's own words are not public."""
        category = (await self.requests.catalogues.of(case.community)).known(case.category)
        shown = []
        for question in category.questions:
            answer = case.answers.get(question.code)
            chosen = {answer} if isinstance(answer, str) else set(answer or ()) if isinstance(answer, list) else set()
            values = [each for each in question.choices if each.code in chosen]
            if question.kind in LISTS and values:
                named = [{"key": each.code, "name": each.zh if language == "zh" else each.en} for each in values]
                label = question.zh if language == "zh" else question.en
                shown.append({"code": question.code, "label": label, "values": named})
        return shown


def update_id(case: str, sequence: int) -> str:
    """The id of the update that brought `case` to version `sequence`."""
    return f"{case}.{sequence}"


def _open(history: Sequence[Entry]) -> list[Entry]:
    """The entries of `history` that tell a status and were made while the case was public."""
    return [entry for entry in history if "status" in entry.data and not entry.withheld]


def _note(at: datetime, data: Mapping[str, Any], language: Language) -> Values:
    return {"datetime": at, "description": _sentence(data, language), "type": "status_update"}


def _update(entry: Mapping[str, Any], language: Language) -> Values:
    data = entry["data"]
    return {
        "update_id": update_id(entry["_id"]["a"], entry["_id"]["s"]),
        "service_request_id": entry["_id"]["a"],
        "status": STATES[CaseStatus(data["status"])].extended,
        "updated_datetime": entry["time"],
        "description": _sentence(data, language),
        "media_url": None,
    }


def _sentence(data: Mapping[str, Any], language: Language) -> str:
    status = CaseStatus(data["status"])
    said = STATES[status].notes(language)
    reason = data.get("reason") if status is CaseStatus.REJECTED else None
    return f"{said}{mask(reason)}" if reason else said
