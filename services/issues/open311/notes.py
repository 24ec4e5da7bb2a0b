"""What happened to a request, as everybody may know it: each change of its status, from the journal, which keeps all.

An event tells its status and, where the committee did not take the case up, the reason, masked. Who did it, and what
was written among those who work, is not told.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.chassis.http.language import Language
from services.chassis.store.journal import Entry
from services.chassis.store.mongo import ASCENDING
from services.contracts.issues import CaseStatus
from services.contracts.masking import mask
from services.issues.catalogue.domain.questions import LISTS
from services.issues.open311.endpoint import Open311
from services.issues.open311.requests import Values, public_cases
from services.issues.open311.states import STATES
from services.issues.open311.windows import Window
from services.issues.store import Store

_NOTES = 50


def told(window: Window, community: str) -> dict[str, Any]:
    """The query for what the journal tells of cases of `community` in that time, when they were for everybody."""
    return {
        "community": community,
        "kind": "case",
        "time": {"$gte": window.start, "$lte": window.end},
        "data.status": {"$exists": True},
        "told": {"$exists": False},
    }


async def updates(
    store: Store, room: Open311, community: str, window: Window, language: Language, page: int, size: int
) -> tuple[list[Values], bool]:
    """One page of the updates in that time, the oldest first, and whether there are more behind it."""
    found = room.journal.find(told(window, community)).sort([("time", ASCENDING), ("_id", ASCENDING)])
    entries = await found.skip((page - 1) * size).limit(size + 1).to_list(size + 1)
    shown = entries[:size]
    ids = list(dict.fromkeys(entry["_id"]["a"] for entry in shown))
    public = {case.id for case in await public_cases(store, community, ids)}
    return [_update(entry, language) for entry in shown if entry["_id"]["a"] in public], len(entries) > size


def update_id(case: str, sequence: int) -> str:
    """The id of the update that brought `case` to version `sequence`."""
    return f"{case}.{sequence}"


async def extended(store: Store, requests: Sequence[Values], language: Language) -> list[Values]:
    """`requests` with their answers, channel and notes."""
    cases = {case.aggregate.id: case.aggregate for case in await _cases(store, requests)}
    histories = await asyncio.gather(
        *(store.reading.journal.page(request["service_request_id"], limit=_NOTES) for request in requests)
    )
    return [
        {
            **request,
            "attributes": await _answers(store, cases[request["service_request_id"]], language),
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


def _open(history: Sequence[Entry]) -> list[Entry]:
    """What tells a status, and was said when the case was for everybody."""
    return [entry for entry in history if "status" in entry.data and not entry.withheld]


async def _cases(store: Store, requests: Sequence[Values]) -> Sequence[Any]:
    ids = [request["service_request_id"] for request in requests]
    return (await store.cases.select({"_id": {"$in": ids}}, limit=max(1, len(ids)))).items


async def _answers(store: Store, case: Any, language: Language) -> list[Values]:
    """What was chosen from lists; what a reporter wrote in their own words is not for everybody."""
    category = (await store.catalogues.of(case.community)).known(case.category)
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
