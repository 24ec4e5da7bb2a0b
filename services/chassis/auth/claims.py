"""Reads the claims of a token as a principal.

A role and a unit are held in a community, and a token says in which, in one of three ways that may stand beside each
other in one claim:

- a map by community: `{"yangguang": ["staff"], "other": ["resident"]}`;
- words `community:role`: `["yangguang:staff", "other:resident"]`;
- paths as groups have them: `["/yangguang/staff", "/other"]`, where a path of one step is a membership alone.

A community that a role or a unit is bound to is one that the person belongs to; `communities` may name more. Flat words
(`["staff"]`) hold in the community of a token that names exactly one. Where it names several the token is refused: it
could mean any of them. `resident` alone is no such word: a resident is what every member is, so it holds in all.
Nothing holds everywhere: an operator, too, is one in each community that the token binds the role to.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from services.chassis.aggregate import derived_id
from services.chassis.auth.refusals import TokenAmbiguous, TokenInvalid
from services.chassis.principal import SYSTEM, Principal, Role
from services.contracts.marks import Id

_SUB = re.compile(r"[\x21-\x7e]{1,255}")
_WORD = re.compile(r"[A-Za-z0-9._-]{1,100}")
_ID: TypeAdapter[str] = TypeAdapter(Id)
_ROLES = {role.value: role for role in Role}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """The claims in which a provider puts what we need: each a name, or a path with dots (`realm_access.roles`)."""

    roles: str = "roles"
    communities: str = "communities"
    units: str = "units"


@dataclass(slots=True)
class _Held(Generic[T]):
    """The content of one claim: the roles or units that somebody holds, in a community or without one, and the
    communities to which they only belong."""

    bound: set[tuple[str, T]] = field(default_factory=set)
    flat: set[T] = field(default_factory=set)
    members: set[str] = field(default_factory=set)

    @property
    def communities(self) -> set[str]:
        return self.members | {community for community, _ in self.bound}


def principal_of(claims: Mapping[str, Any], names: ClaimNames) -> Principal:
    """The principal of whom `claims` speak. Roles that aren't ours, and words that are no plain id, are passed over.

    Raises:
        TokenInvalid: `sub` is missing, not plain, or the name that the platform itself acts under.
        TokenAmbiguous: a role or a unit might be held in more than one community.
    """
    sub = claims.get("sub")
    if not isinstance(sub, str) or not _SUB.fullmatch(sub) or sub == SYSTEM:
        raise TokenInvalid()
    roles = _held(_at(claims, names.roles), _ROLES.get)
    units = _held(_at(claims, names.units), _plain)
    named = {word.removeprefix("/") for word in _listed(_at(claims, names.communities))}
    communities = {word for word in named if _WORD.fullmatch(word)} | roles.communities | units.communities
    return Principal(
        _person(sub, str(claims.get("iss", ""))),
        frozenset(communities),
        _settled(roles, communities),
        _settled(units, communities),
    )


def _settled(held: _Held[T], communities: set[str]) -> frozenset[tuple[str, T]]:
    """Everything with its community. Raises TokenAmbiguous where a flat word could mean several."""
    if len(communities) > 1 and held.flat - {Role.RESIDENT}:
        raise TokenAmbiguous()
    return frozenset(held.bound | {(community, each) for community in communities for each in held.flat})


def _held(value: Any, read: Callable[[str], T | None]) -> _Held[T]:
    """The roles or units in the claim `value`. `read` gives the meaning of a word, None for a word without one."""
    held: _Held[T] = _Held()
    if isinstance(value, Mapping):
        for community, words in value.items():
            if _WORD.fullmatch(community) and isinstance(words, str | list):
                held.members.add(community)
                held.bound |= {(community, each) for word in _listed(words) if (each := read(word)) is not None}
        return held
    for word in _listed(value):
        community, what = _parted(word)
        each = None if what is None else read(what)
        if community is None and each is not None:
            held.flat.add(each)
        elif community is not None and _WORD.fullmatch(community):
            if each is not None:
                held.bound.add((community, each))
            elif what is None:
                held.members.add(community)
    return held


def _parted(word: str) -> tuple[str | None, str | None]:
    """The community and what is held in it: of `a:b` and `/a/b` both, of `/a` the first, of `b` the second."""
    if word.startswith("/"):
        community, slash, what = word[1:].partition("/")
        return community, what if slash else None
    community, colon, what = word.partition(":")
    return (community, what) if colon else (None, word)


def _plain(word: str) -> str | None:
    return word if _WORD.fullmatch(word) else None


def _person(sub: str, issuer: str) -> str:
    """The opaque id of a person: their `sub` where it is one, else an id derived from it.

    Providers also give `auth0|5f7c…`, an e-mail address or a phone number; those would reach events, or be no id there.
    """
    try:
        return _ID.validate_python(sub)
    except ValidationError:
        return derived_id("person", issuer, sub)


def _listed(value: Any) -> list[str]:
    if isinstance(value, str):
        return value.split()
    if not isinstance(value, list):
        return []
    return [word for word in value if isinstance(word, str)]


def _at(claims: Mapping[str, Any], name: str) -> Any:
    if name in claims:
        return claims[name]
    value: Any = claims
    for part in name.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value
