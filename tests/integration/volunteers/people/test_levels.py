"""Levels of skills over HTTP: told, verified, asked for, and named where they are refused."""

from services.volunteers.matching.staffing import Staffing
from services.volunteers.people.domain.volunteer import volunteer_id
from tests.integration.volunteers.bodies import a_direct_need
from tests.integration.volunteers.calling import Api, admit
from tests.unit.volunteers.world import HERE, STAFF, person

ANN, BO = person("ann"), person("bo")
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


async def test_lead_and_helper_ask_levels_of_their_own_and_the_plan_keeps_to_both(api: Api, staffing: Staffing) -> None:
    for who, level in ((BO, 1), (ANN, 3)):
        await admit(api, who)
        told = {"levels": [{"skill": "haircut", "level": level}]}
        await api.ok(STAFF, f"/volunteers/{volunteer_id(HERE, who.sub)}/verify", told)
    lead, helper = {"role": "lead", "skill": "haircut", "skill_level": 3}, {"role": "helper", "skill": "haircut"}
    need = await api.ok(STAFF, "/needs", a_direct_need(roles=[lead, helper]))
    assert [(each["role"], each["skill"], each["skill_level"]) for each in need["roles"]] == [
        ("lead", "haircut", 3),
        ("helper", "haircut", 1),
    ]
    path = f"/needs/{need['id']}"
    assert await api.refused(BO, f"{path}/take", {"role": "lead"}) == (409, "volunteer.not-eligible")
    asked_to_lead = {"person": "bo", "reason": "熟悉", "role": "lead"}
    assert await api.refused(STAFF, f"{path}/offers", asked_to_lead) == (409, "volunteer.not-eligible")
    assert (await api.read(BO, f"{path}/why"))["first_failure"] is None
    assert await staffing.staff(HERE) == 2
    offers = (await api.read(STAFF, path))["offers"]
    assert {each["person"]: each["role"] for each in offers} == {"ann": "lead", "bo": "helper"}
    assert (await api.ok(BO, f"{path}/accept"))["mine"]["role"] == "helper"
    assert await api.refused(STAFF, f"{path}/reseat", {"person": "bo", "role": "lead"}) == (
        409,
        "volunteer.not-eligible",
    )
    why = await api.read(STAFF, f"{path}/why", person="bo")
    assert next(each["holds"] for each in why["filters"] if each["name"] == "skill-level"), "a helper's seat asks less"
