"""Levels of skills over HTTP: told, verified, asked for, and named where they are refused."""

from services.volunteers.people.domain.volunteer import volunteer_id
from tests.integration.volunteers.bodies import a_direct_need
from tests.integration.volunteers.calling import Api, admit
from tests.unit.volunteers.world import HERE, STAFF, person

ANN = person("ann")
EXPERT = {"levels": [{"skill": "haircut", "level": 3}]}


async def test_only_the_verified_level_opens_a_seat_and_the_answer_says_so(api: Api) -> None:
    await admit(api, ANN)
    path = f"/volunteers/{volunteer_id(HERE, 'ann')}"
    claimed = (await api.patch(ANN, path, EXPERT)).json()["profile"]
    assert (claimed["levels"], claimed["claimed_levels"]) == ([], EXPERT["levels"])
    need = await api.ok(STAFF, "/needs", a_direct_need(skill="haircut", skill_level=2))
    assert need["skill_level"] == 2
    assert (await api.ok(STAFF, f"{path}/verify", {"skills": ["haircut"]}))["skills"] == ["haircut"]
    why = await api.read(ANN, f"/needs/{need['id']}/why")
    assert why["first_failure"] == "skill-level"
    assert await api.refused(ANN, f"/needs/{need['id']}/take") == (409, "volunteer.not-eligible")
    verified = await api.ok(STAFF, f"{path}/verify", EXPERT)
    assert verified["profile"]["levels"] == EXPERT["levels"]
    assert (await api.ok(ANN, f"/needs/{need['id']}/take"))["mine"]["status"] == "accepted"
    words = (await api.read(ANN, "/words"))["sets"]
    assert [each["zh"] for each in words["skill-level"]] == ["入门", "熟练", "精通"]
    assert "skill-level" in {each["code"] for each in words["filter"]}
