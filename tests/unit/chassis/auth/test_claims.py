"""From claims to a person: what reaches the domain is an opaque id, and roles with the community of each."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.chassis.auth.claims import ClaimNames, principal_of
from services.chassis.auth.refusals import TokenAmbiguous
from services.chassis.errors import NotYours
from services.chassis.principal import Principal, Role, member
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


def _held(**claims: Any) -> Principal:
    return principal_of({"sub": "p-1", **claims}, ClaimNames())


BOUND = Principal(
    "p-1",
    frozenset({"yangguang", "other"}),
    frozenset({("yangguang", Role.RESIDENT), ("other", Role.STAFF), ("other", Role.HANDLER)}),
    frozenset({("other", "u-1")}),
)


@pytest.mark.parametrize(
    "claims",
    [
        {"roles": {"yangguang": ["resident"], "other": ["staff", "handler"]}, "units": {"other": ["u-1"]}},
        {"roles": {"yangguang": "resident", "other": "staff handler"}, "units": {"other": "u-1"}},
        {"roles": ["yangguang:resident", "other:staff", "other:handler"], "units": ["other:u-1"]},
        {"roles": "yangguang:resident other:staff other:handler", "units": "other:u-1"},
        {"roles": ["/yangguang/resident", "/other/staff", "/other/handler"], "units": ["/other/u-1"]},
        {"roles": ["yangguang:resident", "/other/staff", "/other/handler", "/other"], "units": ["other:u-1"]},
        {
            "roles": [
                "yangguang:resident",
                "other:staff",
                "other:handler",
                "offline_access",
                "account:manage",
                "/a/b/c",
            ],
            "units": {"other": ["u-1", 7, "no unit"]},
            "communities": ["yangguang"],
        },
    ],
)
def test_a_role_and_a_unit_are_held_in_the_community_that_the_token_binds_them_to(claims: dict[str, Any]) -> None:
    principal = _held(**claims)
    assert principal == BOUND
    assert principal.has("other", Role.STAFF)
    assert not principal.has("yangguang", Role.STAFF, Role.HANDLER, Role.OPERATOR)
    assert principal.works_for("other", "u-1")
    assert not principal.works_for("yangguang", "u-1")
    with pytest.raises(NotYours):
        principal.require("yangguang", Role.STAFF)


@pytest.mark.parametrize("held", [{"roles": ["staff"]}, {"roles": "operator"}, {"units": ["u-1"]},
                                  {"roles": ["yangguang:staff", "handler"]}])  # fmt: skip
def test_a_flat_word_is_refused_where_it_could_mean_several_communities(held: dict[str, Any]) -> None:
    with pytest.raises(TokenAmbiguous):
        _held(communities=["yangguang", "other"], **held)


def test_a_flat_word_holds_in_the_only_community() -> None:
    assert _held(roles=["staff"], communities="yangguang") == member("p-1", "yangguang", Role.STAFF)
    assert _held(roles=["staff"], communities=["/yangguang"]) == member("p-1", "yangguang", Role.STAFF)
    assert _held(roles=["staff"], units=["yangguang:u-1"]) == member("p-1", "yangguang", Role.STAFF, units=["u-1"])
    assert _held(roles=["staff"]) == Principal("p-1")


@pytest.mark.parametrize("roles", [[], ["resident"], ["offline_access"], ["resident", "/yangguang"]])
def test_who_is_resident_or_nothing_may_belong_to_several_communities(roles: list[str]) -> None:
    principal = _held(roles=roles, communities=["yangguang", "other"])
    assert principal.communities == {"yangguang", "other"}
    assert {role for _, role in principal.duties} <= {Role.RESIDENT}


@given(
    st.dictionaries(st.sampled_from("abc"), st.sets(st.sampled_from(list(Role)))), st.sampled_from(["map", ":", "/"])
)
def test_whoever_is_something_somewhere_is_it_nowhere_else(roles: dict[str, set[Role]], shape: str) -> None:
    words = [(community, role) for community, each in roles.items() for role in each]
    if shape == "map":
        claim: Any = {community: [role.value for role in each] for community, each in roles.items()}
    else:
        claim = [f"{shape if shape == '/' else ''}{community}{shape}{role}" for community, role in words]
    principal = _held(roles=claim, communities=["a", "b", "c"])
    assert {(community, role) for community in "abcd" for role in Role if principal.has(community, role)} == set(words)


def test_a_question_without_a_community_is_none() -> None:
    with pytest.raises(TypeError):
        member("p-1", "yangguang", Role.STAFF).has(Role.STAFF, Role.OPERATOR)
    with pytest.raises(ValueError, match="belongs to"):
        Principal("p-1", frozenset({"yangguang"}), frozenset({("other", Role.STAFF)}))
