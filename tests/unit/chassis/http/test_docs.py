"""The OpenAPI document says what really happens, and the page that shows it needs nobody else's server."""

import re
from typing import Any

import orjson
import pytest

from tests.described import whole
from tests.unit.applications import EACH, application
from tests.unit.chassis.http.gateway import Gateway


@pytest.fixture
async def document(gateway: Gateway) -> dict[str, Any]:
    answer = await gateway.client.get("/api/garden/openapi.json")
    assert answer.status_code == 200
    return whole(answer.json())


def codes(operation: dict[str, Any], status: str) -> set[str]:
    return set(operation["responses"][status]["content"]["application/problem+json"]["examples"])


def test_the_document_is_openapi_3_1_and_names_the_services_routes_only(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert all(path.startswith("/api/garden/v1/") for path in document["paths"])
    assert set(document["paths"]["/api/garden/v1/plants/{number}"]) == {"get", "delete"}


def test_an_operation_lists_every_code_it_may_answer_with(document: dict[str, Any]) -> None:
    plant = document["paths"]["/api/garden/v1/plants"]["post"]
    assert codes(plant, "409") == {"bed.taken"}
    assert codes(plant, "401") == {"token.missing", "token.invalid", "token.expired"}
    of_the_body = {"body.not-json", "body.too-deep", "body.number-out-of-range"}
    assert codes(plant, "400") == {*of_the_body, "request.bad", "request.ambiguous"}
    assert codes(plant, "413") == {"body.too-large", "body.too-many-values", "body.text-too-long"}
    assert codes(plant, "415") == {"media-type.unsupported"}
    assert codes(plant, "422") == {"request.invalid", "text.control-character", "text.invisible"}
    assert (codes(plant, "429"), codes(plant, "500")) == ({"rate.limited"}, {"unexpected"})
    assert codes(plant, "503") == {"store-unavailable", "keys-unavailable", "server.busy"}


def test_an_operation_does_not_list_what_cannot_happen(document: dict[str, Any]) -> None:
    everybody = document["paths"]["/api/garden/v1/open"]["get"]
    assert set(everybody["responses"]) == {"200", "400", "422", "429", "500", "503"}  # 422: a parameter of no meaning


def test_the_document_says_which_operations_need_a_token(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert document["paths"]["/api/garden/v1/closed"]["get"]["security"] == [{"bearer": []}]
    assert "security" not in document["paths"]["/api/garden/v1/open"]["get"]


def test_every_reference_leads_somewhere_and_the_frameworks_errors_are_gone(document: dict[str, Any]) -> None:
    references = set(re.findall(r"'\$ref': '#/components/schemas/(\w+)'", str(document)))
    assert references <= set(document["components"]["schemas"])
    assert "Problem" in references
    assert not [name for name in document["components"]["schemas"] if "ValidationError" in name]


async def test_parts_that_operations_share_stand_there_once(gateway: Gateway) -> None:
    plain = (await gateway.client.get("/api/garden/openapi.json")).json()
    text = orjson.dumps(plain).decode()
    shared = set(re.findall(r'"\$ref":"#/components/(responses|parameters|examples)/([^"]+)"', text))
    assert {(kind, name) for kind in ("responses", "examples") for name in plain["components"][kind]} <= shared
    assert all(name in plain["components"][kind] for kind, name in shared)
    answers = [a for path in plain["paths"].values() for o in path.values() for a in o["responses"].values()]
    assert all("$ref" in answer or "application/problem+json" not in answer["content"] for answer in answers)
    assert text.count('"detail":"Bed {bed} is taken."') == 1


@pytest.mark.parametrize("service", EACH)
async def test_every_operation_has_a_name_of_its_own_and_the_document_is_small(service: str) -> None:
    app, _ = application(service)
    document = app.openapi()
    names = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("(get|post|put|patch|delete)[A-Za-z0-9]+", name) for name in names)
    assert len(orjson.dumps(document)) < 420_000


async def test_the_page_loads_nothing_from_elsewhere(gateway: Gateway) -> None:
    page = await gateway.client.get("/api/garden/docs")
    assert page.headers["content-type"].startswith("text/html")
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(links) == 4
    for link in links:
        assert link.startswith("/api/garden/docs/")
        answer = await gateway.client.get(link)
        assert answer.status_code == 200
        assert answer.content
    assert "<script>" not in page.text
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "http" not in policy
    start = (await gateway.client.get("/api/garden/docs/start.js")).text
    assert '"/api/garden/openapi.json"' in start


async def test_swagger_ui_is_one_that_reads_openapi_3_1(gateway: Gateway) -> None:
    script = (await gateway.client.get("/api/garden/docs/swagger-ui-bundle.js")).text
    version = re.search(r'PACKAGE_VERSION:"(\d+)\.', script)
    assert version is not None
    assert int(version[1]) >= 5


async def test_the_published_language_is_served_beside_it(gateway: Gateway) -> None:
    document = await gateway.client.get("/api/garden/asyncapi.json")
    assert (document.status_code, document.json()["asyncapi"][0]) == (200, "3")
    assert (await gateway.client.get("/api/garden/asyncapi")).headers["content-type"].startswith("text/html")
