"""From claims to a person: what reaches the domain is always an opaque id."""

import pytest
from pydantic import TypeAdapter

from services.chassis.auth.claims import ClaimNames, principal_of
from services.contracts.marks import Id


def _sub(sub: str, issuer: str = "https://id.example") -> str:
    return principal_of({"sub": sub, "iss": issuer}, ClaimNames()).sub


@pytest.mark.parametrize("sub", ["staff-1", "0b0e2f3a-6d0c-4a55-9f0e-1d2c3b4a5f60", "oWx_9k2-LmN"])
def test_an_opaque_sub_is_the_person(sub: str) -> None:
    assert _sub(sub) == sub


@pytest.mark.parametrize("sub", ["auth0|5f7c8ec7c33c6c004bbafe82", "someone@example.com", "13812345678", "user:1/2"])
def test_any_other_sub_becomes_an_id_that_tells_nothing_and_stays(sub: str) -> None:
    person = _sub(sub)
    TypeAdapter(Id).validate_python(person)
    assert sub not in person
    assert person == _sub(sub)
    assert person != _sub(sub, "https://other.example")
