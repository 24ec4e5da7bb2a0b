"""Needs from elsewhere, in the whole service: a case handed to volunteers, a request that was granted; and seats that
follow when two records turn out to be one person's.
"""

import asyncio
from typing import Any

from services.contracts.issues import CaseDispatched, CasePhase, CaseReturned, CaseStatus, UnitKind
from tests.integration.volunteers.calling import Api, admit
from tests.integration.wire import PATIENCE, Wire
from tests.unit.volunteers.world import DAY, HERE, HOUR, NOW, STAFF, person

OLD, ANN = person("old"), person("ann")


async def until(api: Api, path: str, holds: Any, **query: Any) -> Any:
    """What staff read at `path`, once `holds` is true of it."""
    async with asyncio.timeout(PATIENCE):
        while not holds(found := await api.read(STAFF, path, **query)):
            await asyncio.sleep(0.05)
    return found


async def test_cases_and_requests_become_needs_and_a_merged_persons_seats_follow(running: tuple[Api, Wire]) -> None:
    api, wire = running
    for who in ("ann", "ann-2"):
        await admit(api, person(who), asks_a_week=0)
    clock = {"phase": CasePhase.SIGN, "phase_due_at": NOW + DAY, "unit_due_at": NOW + 7 * DAY}
    given = {"status": CaseStatus.DISPATCHED, "unit": "helpers", "due_at": NOW + 7 * DAY, "overdue": False}
    what = {"unit_kind": UnitKind.VOLUNTEERS, "category": "stairwell-light", "building": "b1"}
    handed = CaseDispatched.published().model_validate({**clock, **given, **what})
    await wire.publish(handed, "case-1", 3)
    listed = await until(api, "/needs", lambda found: found["items"], community=HERE, case="case-1")
    need = listed["items"][0]
    assert (need["category"], need["building"], need["seats"]) == ("stairwell-light", "b1", 1)

    times = {"starts_at": (NOW + DAY).isoformat(), "ends_at": (NOW + DAY + HOUR).isoformat()}
    asked = await api.ok(OLD, "/help-requests", {"community": HERE, "category": "chores", **times})
    wanted = (await api.ok(STAFF, f"/help-requests/{asked['id']}/grant", {}))["need"]
    await until(api, "/needs", lambda found: len(found["items"]) == 2, community=HERE)

    await api.ok(person("ann-2"), f"/needs/{wanted}/take")
    ann = (await api.read(ANN, "/volunteers/me", community=HERE))["id"]
    await api.ok(STAFF, f"/volunteers/{ann}/merge", {"person": "ann-2"})
    seated = await until(api, f"/needs/{wanted}", lambda found: found["volunteers"] == ["ann"])
    assert seated["status"] == "staffed"

    back = {"status": CaseStatus.RETURNED, "unit": None, "due_at": None, "overdue": False, "returned": 1}
    returned = CaseReturned.published().model_validate({**clock, **back, "previous_unit": "helpers"})
    await wire.publish(returned, "case-1", 4)
    await until(api, f"/needs/{need['id']}", lambda found: found["status"] == "cancelled")
    await api.ok(OLD, f"/help-requests/{asked['id']}/withdraw")
    await until(api, f"/needs/{wanted}", lambda found: found["status"] == "cancelled")
