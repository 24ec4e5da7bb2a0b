"""What strangers see over HTTP, and what is answered about things that are not there."""

from tests.integration.calling import Caller
from tests.integration.events.calling import scheduled
from tests.unit.events.given import HOME, STAFF, resident


async def test_strangers_read_and_learn_of_nobody(api: Caller) -> None:
    place = await scheduled(api)
    await api.ok(resident(1), f"{place}/registrations", {"party": 2})
    for path in (place, f"{place}/schema-org", f"/activities?community={HOME}", f"/communities/{HOME}/calendar.ics"):
        answer = await api.get(None, path)
        assert answer.status_code == 200, path
        assert "resident-1" not in answer.text
        assert STAFF.sub not in answer.text
    for path in (f"{place}/roster", f"{place}/registrations/me", "/my/activities"):
        assert (await api.get(None, path)).status_code == 401
    for path in ("/activities", f"{place}/registrations", f"{place}/cancel", f"{place}/check-ins", "/series"):
        assert (await api.post(None, path, {})).status_code in (401, 422)


async def test_things_that_are_not_there_answer_404(api: Caller) -> None:
    for path in ("/activities/activity-0", "/series/series-0", "/activities/activity-0/schema-org"):
        assert (await api.get(None, path)).status_code == 404
    assert (await api.post(STAFF, "/activities/activity-0/cancel", {})).status_code == 404
