"""Volunteers over HTTP: who may see and change what."""

from services.volunteers.people.domain.volunteer import volunteer_id
from tests.integration.volunteers.calling import Api, admit
from tests.unit.volunteers.world import HERE, STAFF, STRANGER, person

ANN, BOB = person("ann"), person("bob")


async def test_a_volunteer_sees_their_profile_staff_do_too_and_nobody_else(api: Api) -> None:
    mine = await admit(api, ANN, building="building-16", weekly_minutes=120)
    assert mine["id"] == volunteer_id(HERE, "ann")
    path = f"/volunteers/{mine['id']}"
    for by in (ANN, STAFF):
        assert (await api.read(by, path))["profile"]["building"] == "building-16"
    assert (await api.read(BOB, path))["profile"] is None
    assert (await api.get(STRANGER, path)).status_code == 404
    assert (await api.get(None, path)).status_code == 401
    assert (await api.get(BOB, "/volunteers", community=HERE)).status_code == 403
    assert await api.refused(ANN, "/volunteers", {"community": HERE}) == (409, "already-exists")


async def test_a_profile_is_changed_by_its_owner_and_certificates_by_staff(api: Api) -> None:
    path = f"/volunteers/{(await admit(api, ANN))['id']}"
    changed = (await api.patch(ANN, path, {"skills": ["haircut"], "availability": []})).json()
    assert (changed["skills"], changed["profile"]["claimed_skills"]) == ([], ["haircut"])
    assert changed["profile"]["availability"] == []
    licence = {"certificates": [{"code": "medical-licence", "valid_until": "2030-01-01", "proof": None}]}
    assert (await api.patch(ANN, path, licence)).status_code == 403
    assert (await api.patch(BOB, path, {"skills": []})).status_code == 403
    assert (await api.patch(STAFF, path, licence)).json()["profile"]["certificates"] == licence["certificates"]
    assert (await api.patch(ANN, path, {"nonsense": 1})).status_code == 422
    assert (await api.ok(ANN, f"{path}/pause"))["status"] == "paused"
    assert await api.refused(BOB, f"{path}/resume") == (403, "forbidden")
