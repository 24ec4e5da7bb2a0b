"""Every route of events that is not public tells nothing of a thing to people whom the thing does not concern."""

from collections.abc import Sequence
from typing import Any

from services.chassis.principal import Role
from services.chassis.room import Room
from tests.integration import standing
from tests.integration.calling import Caller, fine
from tests.integration.events.calling import an_activity
from tests.integration.knowing import asked_by_id, assert_unknown
from tests.unit.events.given import STAFF, person, resident
from tests.unit.events.pictures.test_images import photo

BASE = "/api/events/v1"
PUBLIC = frozenset(
    [
        f"{BASE}/activities/{{id}}",
        f"{BASE}/activities/{{id}}/schema-org",
        f"{BASE}/activities/{{id}}/feedback",
        f"{BASE}/series/{{id}}",
        f"{BASE}/venues/{{id}}",
        f"{BASE}/venues/{{id}}/bookings",
        "/calendar/{community}/{id}",
        "/calendar/{community}/series/{id}",
        "/calendar/{community}/{id}/door",
    ]
)
BODIES: dict[str, Any] = {
    "/activities/{id}/move": {"venue": "garden"},
    "/activities/{id}/registrations": {},
    "/activities/{id}/check-ins": {"code": "123456"},
    "/activities/{id}/check-outs": {"code": "123456"},
    "/activities/{id}/change": {"title": "义诊"},
    "/activities/{id}/change/preview": {"title": "义诊"},
    "/activities/{id}/move/preview": {"venue": "garden"},
    "/activities/{id}/registrations/{person}/change": {"party": 2},
    "/activities/{id}/registrations/{person}/answer": {"comes": True},
    "/activities/{id}/registrations/{person}/remove": {"reason": "重复"},
    "/activities/{id}/registrations/{person}/move-up": {"position": 1, "reason": "例外"},
    "/activities/{id}/scans": {"scans": [{"id": "a", "person": "resident-1", "at": "2026-03-02T01:00:00Z"}]},
    "/activities/{id}/walk-ins": {},
    "/activities/{id}/presences/strike": {"person": "resident-1"},
    "/activities/{id}/feedback": {"rating": 5},
    "/drafts/{id}/send-back": {"reason": "缺场地"},
    "/drafts/{id}/write": {"title": "义诊"},
    "/venues/{id}/describe": {"zh": "大厅"},
    "/venues/{id}/block": {"since": "2026-04-08T01:00:00Z", "until": "2026-04-08T02:00:00Z"},
    "/venues/{id}/unblock": {"since": "2026-04-08T01:00:00Z"},
    "/series/{id}/enrolments": {},
    "/enrolments/{id}/leave-out": {"on": "2026-04-04"},
    "/enrolments/{id}/take": {"on": "2026-04-04"},
    "/enrolments/{id}/again": {},
    "/enrolments/{id}/change": {"party": 2},
    "/enrolments/{id}/change/preview": {"party": 2},
    "/children/{id}/consent": {"text": "consent-v1"},
    "/children/{id}/pickups": {"pickups": []},
    "/series/{id}/skip": {"on": "2026-04-04"},
    "/series/{id}/skip/preview": {"on": "2026-04-04"},
    "/series/{id}/restore": {"on": "2026-04-04"},
    "/series/{id}/restore/preview": {"on": "2026-04-04"},
    "/series/{id}/dates": {"starts_at": "2026-04-08T09:00:00+08:00"},
    "/series/{id}/pause": {"since": "2026-04-08", "until": "2026-04-09"},
    "/series/{id}/pause/preview": {"since": "2026-04-08", "until": "2026-04-09"},
    "/series/{id}/change": {"scope": "all", "title": "义诊"},
    "/series/{id}/change/preview": {"scope": "all", "title": "义诊"},
}


async def test_what_one_may_not_know_answers_as_what_is_not_there(api: Caller, opened: Sequence[Room]) -> None:
    activity = (await api.ok(STAFF, "/activities", an_activity()))["id"]
    series = (await api.ok(STAFF, "/series", an_activity(rule="FREQ=MONTHLY;BYDAY=1SA")))["id"]
    await api.ok(resident(1), f"/activities/{activity}/registrations", {})
    enrolment = (await api.ok(resident(1), f"/series/{series}/enrolments", {"despite_overlap": True}))["id"]
    child = (await api.ok(resident(1), "/children", {"community": "sunshine", "label": "小宝"}))["id"]
    hall = {"community": "sunshine", "venue": "committee-hall", "zh": "大厅"}
    venue = (await api.ok(STAFF, "/venues", hall))["id"]
    draft = (await api.ok(STAFF, "/drafts", {"community": "sunshine", "title": "义诊", "kind": "clinic"}))["id"]
    sent: dict[str, Any] = {"data": {"community": "sunshine"}, "files": {"picture": ("a.jpg", photo(), "image/jpeg")}}
    picture = fine(await api.send(STAFF, "POST", "/pictures", **sent))["id"]
    things = {
        "pictures": picture,
        "drafts": draft,
        "venues": venue,
        "series": series,
        "enrolments": enrolment,
        "children": child,
    }
    routes = asked_by_id(standing.routers(opened), public=PUBLIC)
    assert len(routes) >= 9
    stranger = person("stranger-1", *Role, home="elsewhere")
    for method, path in routes:
        id = things.get(path.removeprefix(f"{BASE}/").partition("/")[0], activity)
        body = BODIES.get(path.removeprefix(BASE))
        asking = [stranger, resident(2)] if method == "GET" else [stranger]
        for by in asking:
            await assert_unknown(api, by, method, path, id, body, {"person": "resident-1"})
