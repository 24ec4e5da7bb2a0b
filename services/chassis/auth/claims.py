"""From the claims of a token to a principal."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from services.chassis.aggregate import derived_id
from services.chassis.auth.refusals import TokenInvalid
from services.chassis.principal import SYSTEM, Principal, Role
from services.contracts.marks import Id

_SUB = re.compile(r"[\x21-\x7e]{1,255}")
_WORD = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_ID: TypeAdapter[str] = TypeAdapter(Id)
_ROLES = {role.value: role for role in Role}


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """Where a provider puts what we need: the name of a claim, or a path with dots (`realm_access.roles`)."""

    roles: str = "roles"
    communities: str = "communities"
    units: str = "units"


def principal_of(claims: Mapping[str, Any], names: ClaimNames) -> Principal:
    """Who `claims` speak of. Roles that aren't ours are passed over; so is every word that is no plain id.

    Raises:
        TokenInvalid: `sub` is missing, not plain, or the name that the platform itself acts under.
    """
    sub = claims.get("sub")
    if not isinstance(sub, str) or not _SUB.fullmatch(sub) or sub == SYSTEM:
        raise TokenInvalid()
    return Principal(
        sub=_person(sub, str(claims.get("iss", ""))),
        roles=frozenset(_ROLES[word] for word in _words(claims, names.roles) if word in _ROLES),
        communities=frozenset(_words(claims, names.communities)),
        units=frozenset(_words(claims, names.units)),
    )


def _person(sub: str, issuer: str) -> str:
    """The opaque id of a person: their `sub` where it is one, else an id derived from it.

    Providers also give `auth0|5f7c…`, an e-mail address or a phone number; those would reach events, or be no id there.
    """
    try:
        return _ID.validate_python(sub)
    except ValidationError:
        return derived_id("person", issuer, sub)


def _words(claims: Mapping[str, Any], name: str) -> list[str]:
    value = _at(claims, name)
    if isinstance(value, str):
        value = value.split()
    if not isinstance(value, list):
        return []
    return [word for word in value if isinstance(word, str) and _WORD.fullmatch(word)]


def _at(claims: Mapping[str, Any], name: str) -> Any:
    if name in claims:
        return claims[name]
    value: Any = claims
    for part in name.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value
