"""Every operation of every service, with made-up input by the thousand: no fault, and no answer but the documented.

The input is made from each service's own OpenAPI document, right and wrong by turns, and sent by people of every role
and by nobody: who sends no token gets nothing of what asks for one. So that it comes further than the door, a community
that exists, and ids of things that exist, take the place of made-up ones most of the time.
"""

import asyncio
import os
import random
import re
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from services.chassis.principal import Role
from tests.e2e.house import COMMUNITY, SERVICES, Hand, House

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EACH = int(os.environ.get("FUZZ_EXAMPLES", "3"))
"""Requests of each operation and way of making input; `FUZZ_EXAMPLES=100` sends more. Nothing is shrunk, since what is
sent leaves traces."""

NO_HTTP = ("request.address-too-long", "request.head-too-large")
"""What the server itself says to what is longer than it reads: no application has seen it."""

_UNHURRIED = settings(
    max_examples=EACH,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
_ID = re.compile(r'"(?:id|place|unit|case|round|visit|photo)":"([A-Za-z][\w.~-]{5,63})"')


class Gatherer:
    """Sends what was made up, and remembers the ids that answers name, to ask for them again."""

    def __init__(self, house: House, tokens: list[str]) -> None:
        self._url = house.url
        self._tokens = tokens
        self._turn = 0
        self._session = requests.Session()
        self._known: list[str] = []
        self._dice = random.Random(20261126)
        self.faults: list[str] = []
        self.answers: dict[int, int] = {}

    def send(self, case: Case[Any]) -> None:
        self._make_likely(case)
        self._turn += 1
        able, *others = self._tokens
        self._send(case, able if self._turn % 2 else others[self._turn // 2 % len(others)])
        if self._turn % 4 == 0:
            self._send(case, None)

    def _send(self, case: Case[Any], token: str | None) -> None:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        try:
            response = case.call(base_url=self._url, session=self._session, headers=headers, timeout=60)
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader, UnicodeError):
            return  # nothing that can be sent
        if any(code in response.content.decode("utf-8", "replace") for code in NO_HTTP):
            return
        if token is None and response.status_code < 300 and case.operation.definition.raw.get("security"):
            self.faults.append(f"{case.operation.method.upper()} {case.operation.path}: done for nobody")
        self.answers[response.status_code] = self.answers.get(response.status_code, 0) + 1
        if response.status_code < 300 and "json" in response.headers.get("content-type", [""])[0]:
            self._known = [*self._known, *_ID.findall(response.content.decode())][-300:]
        try:
            case.validate_response(response, checks=CHECKS)
        except (Failure, FailureGroup) as fault:
            where = f"{case.operation.method.upper()} {case.operation.path} → {response.status_code}"
            self.faults.append(f"{where}: {_sentence(fault)}\n  {response.content[:300]!r}")

    def _make_likely(self, case: Case[Any]) -> None:
        for place in (case.query, case.body, case.path_parameters):
            if not isinstance(place, dict):
                continue
            for name in place:
                if name in {"community", "jurisdiction_id"} and self._dice.random() < 0.9:
                    place[name] = COMMUNITY
                elif self._known and _names_a_thing(name, place[name]) and self._dice.random() < 0.5:
                    place[name] = self._dice.choice(self._known)


def _names_a_thing(name: str, value: Any) -> bool:
    things = {"id", "place", "unit", "parent", "case", "building", "round"}
    return isinstance(value, str) and (name in things or name.endswith("_id"))


def _sentence(fault: BaseException) -> str:
    if isinstance(fault, FailureGroup):
        return " | ".join(_sentence(inner) for inner in fault.exceptions)
    return " ".join(str(fault).split())[:300]


async def _tokens(house: House) -> list[str]:
    """Of somebody who may do much, first; and of one person of each role, and one of none."""
    people: list[Hand] = [
        house.hand("fuzz-staff", Role.STAFF, Role.OPERATOR),
        *(house.hand(f"fuzz-{role}", role, unit="property" if role is Role.HANDLER else None) for role in Role),
        house.hand("fuzz-nobody"),
    ]
    return [str(person.http.headers["Authorization"]).removeprefix("Bearer ") for person in people]


async def _something_to_find(house: House) -> None:
    """A compound, a building and a unit, so that reports and rounds have somewhere to be."""
    staff = house.hand("fuzz-staff", Role.STAFF)
    compound = await staff.post(
        "/api/issues/v1/places", {"community": COMMUNITY, "kind": "compound", "title": "都市阳光小区"}
    )
    building = {"community": COMMUNITY, "kind": "building", "title": "1号楼", "number": 1, "parent": compound["id"]}
    await staff.post("/api/issues/v1/places", building)
    await staff.post(
        "/api/issues/v1/units", {"community": COMMUNITY, "code": "property", "kind": "property", "title": "物业"}
    )


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("service", SERVICES)
async def test_no_request_meets_a_fault_or_an_answer_that_is_not_documented(house: House, service: str) -> None:
    await _something_to_find(house)
    gatherer = Gatherer(house, await _tokens(house))

    def play() -> None:
        schema: Any = schemathesis.openapi.from_url(f"{house.url}/api/{service}/openapi.json", timeout=120)
        operations = [found.ok() for found in schema.get_all_operations()]
        assert len(operations) > 10
        for operation in sorted(operations, key=lambda operation: (operation.method != "post", operation.path)):
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                _play(operation, mode, gatherer)

    await asyncio.to_thread(play)

    assert not gatherer.faults, f"{len(gatherer.faults)} faults:\n" + "\n".join(sorted(set(gatherer.faults))[:40])
    assert sum(count for status, count in gatherer.answers.items() if status < 300) > 20, gatherer.answers


def _play(operation: Any, mode: GenerationMode, gatherer: Gatherer) -> None:
    @given(case=operation.as_strategy(generation_mode=mode), _turn=st.none())
    @_UNHURRIED
    def play(case: Case[Any], _turn: None) -> None:
        gatherer.send(case)

    try:
        play()
    except Exception as error:
        if "Unsatisfiable" not in type(error).__name__ and "negative" not in str(error).lower():
            raise
