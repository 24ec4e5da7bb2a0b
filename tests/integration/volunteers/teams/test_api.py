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


async def test_a_list_counts_leads_on_and_is_not_sent_twice(api: Api) -> None:
    for title in ("合唱团", "书法社"):
        await api.ok(ORGANISER, "/teams", {"community": HERE, "title": title, "kind": "hobby"})
    whole = await api.get(ANN, "/teams", community=HERE)
    assert (whole.json()["total"], whole.json()["at_least"], whole.json()["next"]) == (2, None, None)
    known = {"If-None-Match": whole.headers["ETag"]}
    assert (await api.get(ANN, "/teams", known, community=HERE)).status_code == 304
    first = await api.get(ANN, "/teams", community=HERE, limit=1)
    assert (first.json()["total"], first.json()["at_least"]) == (None, 1)
    assert f"cursor={first.json()['next']}" in first.headers["Link"]
    second = (await api.get(ANN, "/teams", community=HERE, limit=1, cursor=first.json()["next"])).json()
    assert (len(second["items"]), second["total"], second["at_least"], second["next"]) == (1, None, None, None)
    await api.ok(ANN, f"/teams/{second['items'][0]['id']}/join")
    assert (await api.get(ANN, "/teams", known, community=HERE)).status_code == 200


async def test_people_are_asked_apply_and_are_told_why_not(api: Api) -> None:
    body = {"community": HERE, "title": "舞蹈队", "kind": "hobby", "by_application": True}
    path = f"/teams/{(await api.ok(ORGANISER, '/teams', body))['id']}"
    assert await api.refused(ANN, f"{path}/join") == (409, "team.not-recruiting")
    invited = await api.ok(ORGANISER, f"{path}/invite", {"person": "ann"})
    assert (invited["invited"], invited["people"]) == (["ann"], ["organiser-1"])
    assert (await api.read(ANN, path))["asked"] is True
    assert (await api.ok(ANN, f"{path}/join"))["mine"] is True
    assert (await api.ok(BOB, f"{path}/apply", {"words": "学过三年"}))["applied"]["words"] == "学过三年"
    assert (await api.read(ANN, path))["applications"] is None
    assert (await api.read(ORGANISER, path))["can"][-1] == "decide"
    await api.ok(ORGANISER, f"{path}/decide", {"person": "bob", "admit": False, "reason": "人数已满"})
    assert (await api.read(BOB, path))["applied"]["refused_because"] == "人数已满"
    assert (await api.ok(ORGANISER, f"{path}/rename", {"title": "阳光舞蹈队"}))["title"] == "阳光舞蹈队"
    gone = await api.ok(ORGANISER, f"{path}/dissolve")
    assert (gone["dissolved"], gone["can"]) == (True, [])
