"""Made-up questions and forms by the hundred, with a key that is good: no fault, no answer that isn't documented, and
every refusal as the contract has it."""

import asyncio
import random
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.contract.open311.reading import check, read_xml
from tests.integration.issues.open311.conftest import City
from tests.integration.issues.open311.desk import V2

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
_UNHURRIED = settings(
    max_examples=10,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
LIKELY = {
    "service_code": ["lighting", "pipe", "noise", "nothing"],
    "status": ["open", "closed", "FIXED", "OPEN"],
    "address_string": ["1号楼", "\x00", ""],
    "lat": ["31.2304", "91", "x"],
    "long": ["121.4737", "-181"],
    "jurisdiction_id": ["", "sunshine"],
}


class Sender:
    """Sends what was made up, with a key and words that lead further than the door."""

    def __init__(self, city: City) -> None:
        self._url = city.url.removesuffix(V2)
        self._likely = {**LIKELY, "api_key": [city.key]}
        self._session = requests.Session()
        self._dice = random.Random(311)
        self.faults: set[str] = set()
        self.taken = 0

    def send(self, case: Any) -> None:
        for place in (case.query, case.body, case.path_parameters):
            if isinstance(place, dict):
                for name in self._likely.keys() & (place.keys() | {"api_key", "service_code"}):
                    if self._dice.random() < 0.8 and (place is case.body or name in place):
                        place[name] = self._dice.choice(self._likely[name])
        try:
            answer = case.call(base_url=self._url, session=self._session, timeout=60)
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader, UnicodeError):
            return  # nothing that can be sent
        if answer.content == b"Invalid HTTP request received.":
            return  # no HTTP, says the server: nobody was asked
        self.taken += answer.status_code == 200
        where = f"{case.operation.method.upper()} {case.operation.path} → {answer.status_code} {answer.content[:200]!r}"
        try:
            case.validate_response(answer, checks=CHECKS)
        except (Failure, FailureGroup) as fault:
            self.faults.add(f"{where}: {fault}")
        if answer.status_code != 200:
            in_json = case.operation.path.endswith(".json")
            check("errors", answer.json() if in_json else read_xml("errors", answer.content))


async def test_whatever_is_asked_the_answer_is_one_of_the_contract(city: City) -> None:
    sender = Sender(city)

    def play() -> None:
        schema: Any = schemathesis.openapi.from_url(f"{city.url.removesuffix(V2)}/api/issues/openapi.json", timeout=120)
        operations = [found.ok() for found in schema.include(path_regex=V2).get_all_operations()]
        assert len(operations) == 18
        for operation in operations:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                _play(operation, mode, sender)

    await asyncio.to_thread(play)

    assert not sender.faults, "\n".join(sorted(sender.faults)[:20])
    assert sender.taken > 50


def _play(operation: Any, mode: GenerationMode, sender: Sender) -> None:
    @given(case=operation.as_strategy(generation_mode=mode), _turn=st.none())
    @_UNHURRIED
    def play(case: Any, _turn: None) -> None:
        sender.send(case)

    try:
        play()
    except Exception as error:
        if "Unsatisfiable" not in type(error).__name__ and "negative" not in str(error).lower():
            raise
