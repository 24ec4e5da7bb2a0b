"""Compares rules or a model with past cases, read one after the other, and writes nothing.

The comparison yields to the event loop often, so that requests are served meanwhile.
"""

import asyncio

from services.chassis.store.aggregates import Aggregates
from services.contracts.issues import CaseStatus
from services.contracts.issues.routing import Target
from services.issues.cases.domain.case import Case
from services.issues.routing.domain.rehearsal import MAX_CASES, Rehearsal, RehearsalReport, Scene, tally
from services.issues.routing.domain.rules import evaluate
from services.issues.routing.examples import DONE
from services.issues.routing.suggester import Suggester, guesses, text_of
from services.issues.routing.weights import Parts

_PAGE = 200


async def rehearse(cases: Aggregates[Case], suggester: Suggester, rehearsal: Rehearsal) -> RehearsalReport:
    """The report on the cases in the rehearsal's period, which are read from the newest on."""
    weights, parts = suggester.kept.weights, None
    learnt: frozenset[str] = frozenset()
    if rehearsal.model is not None:
        parts = await weights.of(rehearsal.model) or {}
        learnt = await weights.cases_of(rehearsal.model)
    query = {
        "state.community": rehearsal.community,
        "at": {"$gte": rehearsal.since, "$lt": rehearsal.until},
    }
    scenes: list[Scene] = []
    cursor: str | None = None
    while len(scenes) < MAX_CASES:
        page = await cases.select(query, limit=_PAGE, cursor=cursor)
        for stored in page.items:
            case = stored.aggregate
            if case.status is not CaseStatus.MERGED and not (case.on_the_spot and case.unit is None):
                scenes.append(await _scene(suggester, rehearsal, case, parts, case.id in learnt))
            await asyncio.sleep(0)
        cursor = page.next
        if cursor is None:
            break
    return tally(scenes, cut_off=cursor is not None)


async def _scene(suggester: Suggester, rehearsal: Rehearsal, case: Case, parts: Parts | None, learnt: bool) -> Scene:
    unit = case.unit if case.status in DONE else None
    if parts is not None:
        thought = guesses(parts, Target.UNIT, text_of(case))
        sure = bool(thought) and thought[0].confidence >= rehearsal.threshold
        confidence = round(thought[0].confidence, 4) if thought else None
        return Scene(case.id, thought[0].label if sure else None, unit, confidence=confidence, learnt=learnt)
    verdict = evaluate(rehearsal.rules, await suggester.facts_of(case, case.reported_at))
    if verdict.winner is None:
        return Scene(case.id, None, unit)
    matched = (verdict.winner.id, *(loser.rule for loser in verdict.losers))
    return Scene(case.id, verdict.winner.unit, unit, rule=verdict.winner.id, matched=matched)
