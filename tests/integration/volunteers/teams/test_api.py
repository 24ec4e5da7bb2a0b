"""Teams over HTTP: who sees and leaves them."""

from tests.integration.volunteers.calling import Api
from tests.unit.volunteers.world import HERE, ORGANISER, person

ANN, BOB = person("ann"), person("bob")


async def test_a_team_shows_its_members_to_its_leader(api: Api) -> None:
    team = await api.ok(ORGANISER, "/teams", {"community": HERE, "title": "合唱团", "kind": "hobby"})
    path = f"/teams/{team['id']}"
    joined = await api.ok(ANN, f"{path}/join")
    assert (joined["members"], joined["mine"], joined["people"]) == (2, True, None)
    assert (await api.read(ORGANISER, path))["people"] == ["ann", "organiser-1"]
    assert [t["id"] for t in (await api.read(ANN, "/teams", community=HERE, mine=True))["items"]] == [team["id"]]
    assert (await api.read(BOB, "/teams", community=HERE, mine=True))["items"] == []
    assert await api.refused(ORGANISER, f"{path}/leave") == (409, "team.leader-stays")
    assert (await api.ok(ANN, f"{path}/leave"))["members"] == 1
