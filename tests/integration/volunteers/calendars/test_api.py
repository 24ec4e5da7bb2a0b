"""One's own calendar over HTTP: it opens by its secret until that is made anew or revoked."""

from icalendar import Calendar

from tests.integration.volunteers.bodies import a_direct_need
from tests.integration.volunteers.calling import Api, admit
from tests.unit.volunteers.world import STAFF, person

ANN = person("ann")


async def test_a_calendar_follows_and_opens_by_its_secret_alone(api: Api) -> None:
    await admit(api, ANN)
    need = (await api.ok(STAFF, "/needs", a_direct_need()))["id"]
    await api.ok(STAFF, "/needs", a_direct_need())
    await api.ok(ANN, f"/needs/{need}/take")
    first = await api.ok(ANN, "/my/calendar", {})
    second = await api.ok(ANN, "/my/calendar", {})
    place = "/calendars/" + second["address"].rpartition("/")[2]
    answer = await api.get(None, place)
    (entry,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert str(entry["uid"]).startswith(need)
    have = {"If-None-Match": answer.headers["etag"]}
    assert (await api.get(None, place, have)).status_code == 304
    weakened = {"If-None-Match": f"W/{answer.headers['etag']}"}  # by a proxy that packs answers
    assert (await api.get(None, place, weakened)).status_code == 304
    await api.ok(STAFF, f"/needs/{need}/cancel")
    changed = await api.get(None, place, have)
    assert b"STATUS:CANCELLED" in changed.content
    assert (await api.get(None, "/calendars/" + first["address"].rpartition("/")[2])).status_code == 404
    assert (await api.post(ANN, "/my/calendar/revoke", {})).status_code == 204
    assert (await api.get(None, place)).status_code == 404
