"""The AsyncAPI document: accepted by the official schema, complete, and the same for everybody."""

import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from services.chassis.clock import utc_now
from services.chassis.subscriber import dead_letter
from services.contracts.declared import channel_of, declarations, import_whole
from services.contracts.served import asyncapi
from services.contracts.topics import TOPICS, configurations
from tests.npm import node_modules

OFFICIAL = "@asyncapi/specs"
VERSION = "6.11.1"
DOCUMENT = asyncapi()
SERVICES = [topic.service for topic in TOPICS]


@pytest.fixture(scope="session")
def official_schema() -> dict[str, Any]:
    """The JSON Schema of AsyncAPI 3.0.0 as its makers publish it."""
    modules = node_modules(f"asyncapi-specs-{VERSION}", f"{OFFICIAL}@{VERSION}")
    schema: dict[str, Any] = json.loads((modules / OFFICIAL / "schemas/3.0.0.json").read_text())
    return schema


@pytest.mark.parametrize("service", [None, *SERVICES])
def test_the_official_schema_accepts_it(official_schema: dict[str, Any], service: str | None) -> None:
    validator = jsonschema.validators.validator_for(official_schema)(official_schema)
    failures = [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(asyncapi(service, "p."))]
    assert failures == []


def test_the_official_schema_refuses_what_is_wrong(official_schema: dict[str, Any]) -> None:
    broken = DOCUMENT | {"channels": {"c": {"messages": {"m": {"payload": 1, "name": 2}}}}}
    assert not jsonschema.validators.validator_for(official_schema)(official_schema).is_valid(broken)


def referred(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [ref for value in part.values() for ref in referred(value)]
    return [ref for value in part for ref in referred(value)] if isinstance(part, list) else []


@pytest.mark.parametrize("service", [None, *SERVICES])
def test_every_reference_leads_somewhere_and_every_component_is_used(service: str | None) -> None:
    document = asyncapi(service)
    references = set(referred(document))
    for reference in references:
        found: Any = document
        for name in reference.removeprefix("#/").split("/"):
            found = found[name]
    for kind in ("schemas", "messages"):
        assert {f"#/components/{kind}/{name}" for name in document["components"][kind]} <= references


def test_every_topic_and_every_type_is_in_it() -> None:
    for topic in TOPICS:
        for name, configuration in configurations(topic).items():
            channel = DOCUMENT["channels"][name]
            assert channel["address"] == name
            shown = channel["bindings"]["kafka"]["topicConfiguration"]
            assert shown["cleanup.policy"] == [configuration["cleanup.policy"]]
    for model in declarations():
        assert model.type in DOCUMENT["channels"][channel_of(model)]["messages"]
        operation = DOCUMENT["operations"][f"{channel_of(model)}:{model.type}"]
        assert operation["action"] == "send"


def whole_schema(part: Any) -> Any:
    """`part` with its references made to lead into the document."""
    if isinstance(part, dict):
        return {name: f"urn:document{value}" if name == "$ref" else whole_schema(value) for name, value in part.items()}
    return [whole_schema(value) for value in part] if isinstance(part, list) else part


def test_examples_fit_headers_keys_and_payloads() -> None:
    seen, registry = 0, _rooted()
    for message in DOCUMENT["components"]["messages"].values():
        for example in message.get("examples", ()):
            Draft202012Validator(whole_schema(message["headers"]), registry=registry).validate(example["headers"])
            Draft202012Validator(whole_schema(message["payload"]), registry=registry).validate(example["payload"])
            Draft202012Validator(message["bindings"]["kafka"]["key"]).validate(example["headers"]["ce_partitionkey"])
            seen += 1
    assert seen >= len(declarations())


def _rooted() -> Registry[Any]:
    rooted = {"components": whole_schema(DOCUMENT["components"])}
    registry: Registry[Any] = Registry().with_resource("urn:document", DRAFT202012.create_resource(rooted))
    return registry


def test_payloads_have_public_fields_alone() -> None:
    for model in declarations():
        assert set(DOCUMENT["components"]["schemas"][model.type]["properties"]) == model.public_fields


def test_a_service_shows_its_own_topics_under_the_names_of_the_deployment() -> None:
    document = asyncapi("issues", "north.")
    assert set(document["channels"]) == {"community.issues.v1", "community.issues.v1.state", "community.issues.v1.dlq"}
    for name, channel in document["channels"].items():
        assert channel["address"] == channel["bindings"]["kafka"]["topic"] == f"north.{name}"
    assert all(".volunteers." not in name for name in document["components"]["messages"])
    assert asyncapi()["channels"]["community.issues.v1"]["address"] == "community.issues.v1"


def test_dead_letters_have_the_headers_that_it_says() -> None:
    schema = DOCUMENT["components"]["schemas"]["dead-letter"]
    reason = dead_letter.Reason(dead_letter.BAD_JSON, "the data is not JSON")
    made = dead_letter.headers([], topic="t", partition=0, offset=1, consumer="c", reason=reason, now=utc_now())
    assert {name for name, _ in made} == set(schema["required"]) == set(schema["properties"])


def test_a_part_of_a_topic_that_nobody_imports_is_declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "topic_in_parts").mkdir()
    for part in ("__init__", "lonely"):
        (tmp_path / "topic_in_parts" / f"{part}.py").write_text('"""A part."""\n')
    monkeypatch.syspath_prepend(tmp_path)
    import_whole("topic_in_parts")
    assert "topic_in_parts.lonely" in sys.modules
