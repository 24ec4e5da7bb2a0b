"""Who comes second learns how it stands, if it is theirs to know; and the first unit is found for ever."""

from services.chassis.principal import Role
from services.contracts.issues import UnitKind
from tests.integration.issues.calling import OPERATOR, Api, a_community
from tests.unit.issues.world import HERE, RESIDENT, STAFF, STRANGER, person


async def dispatched(api: Api) -> tuple[str, str]:
    """A case and the unit that it was given to."""
    unit, buildings = await a_community(api, 1)
    case = await api.made(
        RESIDENT, "/cases", {"community": HERE, "category": "lighting", "place": buildings[0], "text": "灯不亮"}
    )
    await api.made(STAFF, f"/cases/{case['id']}/accept", {})
    await api.made(STAFF, f"/cases/{case['id']}/dispatch", {"unit": unit})
    return case["id"], unit


async def test_people_of_elsewhere_are_not_told_how_it_stands(api: Api) -> None:
    id, unit = await dispatched(api)
    late = {"If-Match": '"1"'}
    mine = await api.post(STAFF, f"/cases/{id}/dispatch", {"unit": unit}, late)
    theirs = await api.post(STRANGER, f"/cases/{id}/dispatch", {"unit": unit}, late)
    assert (mine.status, theirs.status) == (412, 404)
    assert (mine.json["current"]["status"], mine.json["current"]["unit"]) == ("dispatched", unit)
    assert theirs.code == "not-found"


async def test_the_first_unit_is_found_after_a_return_and_a_reassignment(api: Api) -> None:
    id, first = await dispatched(api)
    body = {"community": HERE, "code": "street", "kind": UnitKind.ALLIANCE, "title": "街道"}
    second = (await api.made(OPERATOR, "/units", body))["id"]
    handler = person("handler", Role.HANDLER, units=(first,))
    await api.made(handler, f"/cases/{id}/return", {"reason": "不归物业"})
    await api.made(STAFF, f"/cases/{id}/dispatch", {"unit": first})
    moved = await api.made(STAFF, f"/cases/{id}/reassign", {"unit": second})
    assert (moved["unit"], moved["first_unit"], moved["returned"]) == (second, first, 1)
    found = await api.get(STAFF, "/cases", community=HERE, first_unit=first)
    assert [case["id"] for case in found.json["items"]] == [id]
    assert (await api.get(STAFF, "/cases", community=HERE, first_unit=second)).json["items"] == []


async def test_a_deadline_that_is_never_is_refused_in_words(api: Api) -> None:
    id, unit = await dispatched(api)
    handler = person("handler", Role.HANDLER, units=(unit,))
    never = {"until": "9999-12-31T23:59:59Z", "reason": "r"}
    answer = await api.post(handler, f"/cases/{id}/request-extension", never)
    assert (answer.status, answer.code) == (422, "case.due-too-far")
