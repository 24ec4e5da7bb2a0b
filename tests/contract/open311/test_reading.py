"""The examples that the contract itself prints pass its schemas, and what it forbids does not."""

from typing import Any

import jsonschema
import pytest

from tests.contract.open311.reading import SCHEMAS, check, read_xml

GOOD: list[tuple[str, Any]] = [
    ("taken", [{"service_request_id": "293944", "service_notice": "..", "account_id": None}]),
    ("taken", [{"token": "t-1", "service_notice": None, "account_id": None}]),
    ("errors", [{"code": "403", "description": "Invalid api_key received -- can't proceed with create_request."}]),
    ("token", [{"service_request_id": "638344", "token": "12345"}]),
]
BAD: list[tuple[str, Any]] = [
    ("taken", [{"service_request_id": "1", "token": "t", "service_notice": None, "account_id": None}]),
    ("taken", {"service_requests": []}),
    ("errors", []),
    ("errors", {"code": "403", "description": "x"}),
    ("errors", [{"code": 403, "description": "x"}]),
    ("services", {"services": []}),
    ("token", [{"service_request_id": 638344, "token": "12345"}]),
]


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_schema_is_one(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize(("schema", "value"), GOOD)
def test_what_the_contract_prints_is_right(schema: str, value: Any) -> None:
    assert check(schema, value) == value


@pytest.mark.parametrize(("schema", "value"), BAD)
def test_what_the_contract_forbids_is_wrong(schema: str, value: Any) -> None:
    with pytest.raises(jsonschema.ValidationError):
        check(schema, value)


def test_the_mapping_is_that_of_the_contract() -> None:
    content = (
        b'<?xml version="1.0" encoding="utf-8"?><service_requests><request><service_request_id>293944'
        b"</service_request_id><service_notice>..</service_notice><account_id/></request></service_requests>"
    )
    assert read_xml("taken", content) == GOOD[0][1]
