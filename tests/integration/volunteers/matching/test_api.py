"""Plans, why, what if and fairness over HTTP: staff see all of it, a volunteer their own, and nothing is changed."""

from services.chassis.principal import Role
from services.volunteers.matching.staffing import Staffing
from tests.integration.volunteers.bodies import a_direct_need
from tests.integration.volunteers.calling import Api, admit
from tests.unit.volunteers.world import DAY, HERE, NOW, STAFF, STRANGER, person

ANN, BOB = person("ann"), person("bob")
LATER = (NOW + 7 * DAY).isoformat()


async def test_staff_read_the_plan_and_a_volunteer_learns_where_they_stand(api: Api, staffing: Staffing) -> None:
    await admit(api, ANN)
    await admit(api, BOB, adult=False)
    for begin in ("2024-02-03T01:00:00Z", "2024-02-03T01:00:00Z"):
        end = begin.replace("T01", "T02")
        need = (await api.ok(STAFF, "/needs", a_direct_need(starts_at=begin, ends_at=end, adults_only=True)))["id"]
    await staffing.plan(HERE)
    plan = await api.read(STAFF, "/plans/current", community=HERE)
    assert (plan["plan"]["seats"], plan["plan"]["proposed"], plan["plan"]["without_helper"]) == (2, 1, 1)
    assert [item["person"] for item in plan["items"]] == ["ann"]
    assert (await api.get(ANN, "/plans/current", community=HERE)).status_code == 403
    mine = await api.read(ANN, f"/needs/{need}/placing")
    assert mine["refused"] is None
    assert mine["regret"] is mine["rank"] is None
    whole = await api.read(STAFF, f"/needs/{need}/placing", person="ann")
    assert (whole["rank"], whole["of"]) == (1, 1)
    assert whole["regret"] == 0 or not whole["proposed"]
    assert (await api.read(BOB, f"/needs/{need}/placing"))["refused"] == "adult"
    assert (await api.get(BOB, f"/needs/{need}/placing", person="ann")).status_code == 403
    assert (await api.get(STRANGER, f"/needs/{need}/placing")).status_code == 404


async def test_a_change_is_thought_of_and_nothing_is_changed(api: Api, staffing: Staffing) -> None:
    await admit(api, ANN, skills=["haircut"])
    for _ in range(3):
        await api.ok(STAFF, "/needs", a_direct_need(skill="haircut", category="haircut"))
    found = await api.read(STAFF, "/plans/what-if", community=HERE, skill="haircut", more=10)
    assert (found["now"]["filled"], found["then"]["filled"]) == (1, 3)
    assert found["then"]["filled_by_category"] == {"haircut": 3}
    assert (await api.read(STAFF, "/plans/what-if", community=HERE, without_skill="haircut"))["then"]["filled"] == 0
    leader = person("ann", Role.ORGANISER)
    team = await api.ok(leader, "/teams", {"community": HERE, "title": "理发队", "kind": "service"})
    found = await api.read(STAFF, "/plans/what-if", community=HERE, without_team=team["id"])
    assert (found["then"]["filled"], found["then"]["without_helper"]) == (0, 3)
    assert (await api.get(ANN, "/plans/what-if", community=HERE)).status_code == 403
    assert (await api.get(STAFF, "/plans/current", community=HERE)).status_code == 404


async def test_figures_of_fairness_are_for_everybody_here(api: Api, staffing: Staffing) -> None:
    await admit(api, ANN)
    for _ in range(5):
        await api.ok(STAFF, "/needs", a_direct_need())
    await staffing.staff(HERE)
    found = await api.read(BOB, "/fairness", community=HERE, until=LATER)
    assert (found["needs"], found["asked"], found["accepted"], found["without_helper"]) == (5, 1, 0, 5)
    assert found["by_category"] == [{"group": "chores", "needs": 5, "seats": 5, "filled": 0, "permille": 0}]
    assert found["worst_category"] == 0
    assert (await api.get(STRANGER, "/fairness", community=HERE)).status_code == 403
    answer = await api.get(BOB, "/fairness", community=HERE, since=LATER, until=LATER)
    assert (answer.status_code, answer.json()["code"]) == (422, "fairness.span")
