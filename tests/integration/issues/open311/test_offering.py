"""What the endpoint offers, whom it serves, and how it refuses what it has never heard of."""

from typing import Any

from services.chassis.principal import Role
from services.chassis.store.mongo import Database
from services.issues.catalogue.residential import RESIDENTIAL
from services.issues.open311.jurisdictions import Jurisdictions
from tests.contract.open311.reading import as_texts, read_xml
from tests.integration.issues.calling import Api
from tests.integration.issues.open311.desk import KEYS, V2, Desk
from tests.unit.issues.world import HERE, person


async def test_discovery_leads_to_the_endpoint(desk: Desk) -> None:
    said = await desk.get("discovery", "/discovery")
    [endpoint] = said.value["endpoints"]
    assert endpoint["url"].endswith(V2)
    assert (endpoint["type"], endpoint["formats"]) == ("test", ["text/xml", "application/json"])


async def test_the_services_are_the_public_categories(desk: Desk) -> None:
    said = await desk.get("services", "/services")
    assert {each["service_code"] for each in said.value} == {
        each.code for each in RESIDENTIAL.categories if each.public
    }
    lighting = next(each for each in said.value if each["service_code"] == "lighting")
    assert (lighting["type"], lighting["metadata"]) == ("realtime", bool(RESIDENTIAL.category("lighting").questions))
    english = await desk.get("services", "/services", headers={"Accept-Language": "en"})
    assert [each["service_code"] for each in english.value] == [each["service_code"] for each in said.value]


async def test_a_definition_has_every_question_of_its_category(desk: Desk) -> None:
    for category in RESIDENTIAL.categories:
        if not category.public:
            continue
        said = await desk.get("definition", f"/services/{category.code}")
        asked = [(each["code"], each["datatype"], each["required"], each["order"]) for each in said.value["attributes"]]
        expected = [(q.code, q.kind.value, q.required, order) for order, q in enumerate(category.questions, 1)]
        assert (said.value["service_code"], asked) == (category.code, expected)


UNKNOWN = (
    "/services/nothing",
    "/services/..%2f..%2fetc%2fpasswd",
    "/requests/nothing",
    "/tokens/nothing",
    "/nothing",
    "/nothing/at/all",
    "/requests/a/b/c",
    "/discovery/..",
)


async def test_something_that_does_not_exist_is_a_404_in_the_asked_format(desk: Desk) -> None:
    assert {path: (await desk.refused(path)).status for path in UNKNOWN} == dict.fromkeys(UNKNOWN, 404)
    for path in ("/services", "/services.yaml", "/requests/xyz", "/discovery", "/requests.JSON"):
        answer = await desk.raw("GET", path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/xml; charset=utf-8"), path
        assert b"<errors><error><code>404</code>" in answer.content
        liked = await desk.raw("GET", path, headers={"Accept": "application/json"})
        assert (liked.status_code, liked.json()[0]["code"]) == (404, "404")
    for method, path in (("DELETE", "/requests.json"), ("PUT", "/services.json"), ("POST", "/discovery.json")):
        answer = await desk.raw(method, path)
        assert (answer.status_code, answer.json()[0]["code"]) == (400, "400")


async def test_the_base_address_answers_in_the_asked_format(desk: Desk) -> None:
    said = (await desk.get("discovery", "/discovery")).value
    for path in ("", "/", ".json"):
        answer = await desk.raw("GET", path, headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json()) == (200, said), path
    for path in ("", "/", ".xml"):
        answer = await desk.raw("GET", path)
        assert (answer.status_code, read_xml("discovery", answer.content)) == (200, as_texts(said)), path
    answer = await desk.raw("DELETE", "", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()[0]["code"]) == (400, "400")


async def test_a_second_community_breaks_no_client_of_the_first(desk: Desk, api: Api, db: Database) -> None:
    lamp = await desk.requested(description="一")
    asked = [("services", "/services"), ("definition", "/services/lighting"), ("requests", f"/requests/{lamp}")]
    before = [(await desk.get(schema, path)).value for schema, path in asked]
    there = person("operator-9", Role.OPERATOR, community="0-elsewhere")
    await api.made(there, "/places", {"community": "0-elsewhere", "kind": "compound", "title": "别处小区"})
    assert [(await desk.get(schema, path)).value for schema, path in asked] == before
    assert (await desk.get("requests", "/requests")).status == 200
    assert (await desk.get("updates", "/servicerequestupdates", jurisdiction_id="")).status == 200
    assert (await desk.get("services", "/services", jurisdiction_id="0-elsewhere")).value
    assert (await desk.refused("/requests/" + lamp, jurisdiction_id="0-elsewhere")).status == 404
    assert (await desk.refused("/services", jurisdiction_id="atlantis")).status == 404
    anew = Jurisdictions(db, ())
    assert (await anew.community(None), await anew.served()) == (HERE, frozenset({HERE, "0-elsewhere"}))
    named = Jurisdictions(db, ("0-elsewhere", HERE))
    assert (await named.community(None), await named.community(HERE)) == ("0-elsewhere", HERE)


async def test_a_key_names_its_community_where_several_are_served(desk: Desk, api: Api) -> None:
    lamp = await desk.requested(description="一")
    there = person("operator-9", Role.OPERATOR, community="elsewhere")
    await api.made(there, "/places", {"community": "elsewhere", "kind": "compound", "title": "别处小区"})
    assert await desk.requested(description="一") == lamp
    pipe = await desk.requested(description="二", service_code="pipe")
    update = {"service_request_id": pipe, "update_id": "1", "status": "OPEN", "description": "三"}
    assert (await desk.post("updated", "/servicerequestupdates", data=update)).status == 200
    for schema, path in (
        ("services", "/services"),
        ("definition", "/services/lighting"),
        ("requests", "/requests"),
        ("requests", f"/requests/{lamp}"),
        ("updates", "/servicerequestupdates"),
    ):
        assert (await desk.get(schema, path, api_key=desk.key)).status == 200, path
    assert (await desk.post("errors", data={"service_code": "lighting", "api_key": "o311_made-up"})).status == 403
    theirs = (await api.made(there, KEYS, {"community": "elsewhere", "title": "别处"}))["api_key"]
    assert (await desk.refused(f"/requests/{lamp}", api_key=theirs)).status == 404
    assert (await desk.get("requests", f"/requests/{lamp}", api_key=theirs, jurisdiction_id=HERE)).value


async def test_the_endpoint_is_documented_as_it_answers(desk: Desk) -> None:
    document: Any = (await desk.api.raw("GET", "/api/issues/openapi.json")).json()
    ours = {path: operations for path, operations in document["paths"].items() if path.startswith(V2)}
    assert len(ours) == 14
    for path, operations in ours.items():
        media = "text/xml" if path.endswith(".xml") else "application/json"
        for operation in operations.values():
            assert {kind for answer in operation["responses"].values() for kind in answer["content"]} == {media}
            assert set(operation["responses"]) <= {"200", "400", "403", "404", "429", "500"}
