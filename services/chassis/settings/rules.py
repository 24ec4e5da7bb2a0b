"""The rules that settings obey, and how a broken one is told. No rule repeats the value: it may be a secret."""

import difflib
import os
import re
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Protocol
from urllib.parse import urlsplit

from pydantic import ValidationError

from services.chassis.settings.published import holds_a_published_secret

_HOST_PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+):[0-9]{1,5}")
_SET_BY_PLATFORMS = re.compile(r"_SERVICE_(HOST|PORT)|_PORT_\d+_|_PORT$")
_ALIKE = 0.9


Network = IPv4Network | IPv6Network
_EVERYBODYS = tuple(
    map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fe80::/10"))
)
"""Ranges that anybody on the same network may have an address of."""


class Trusting(Protocol):
    """What says whose tokens are believed."""

    @property
    def auth_jwks_url(self) -> str | None: ...


class Public(Protocol):
    """What the world sees."""

    @property
    def public_url(self) -> str: ...
    @property
    def cors_origins(self) -> tuple[str, ...]: ...


def mongodb(value: str) -> str:
    if not re.match(r"^mongodb(\+srv)?://[^/\s]", value):
        raise ValueError("must begin with mongodb:// or mongodb+srv:// and name a host")
    return value


def bootstrap(value: str) -> str:
    parts = [part.strip() for part in value.split(",")]
    if not all(_HOST_PORT.fullmatch(part) and int(part.rsplit(":", 1)[1]) < 65_536 for part in parts):
        raise ValueError("must be host:port, several separated by commas")
    return ",".join(parts)


def web(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an http:// or https:// address")
    return value.rstrip("/")


def jwks(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme == "file" and parts.path and not parts.netloc:
        return value
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an https:// or file:/// address")
    return value


def origin(value: str) -> str:
    parts = urlsplit(value)
    plain = parts.scheme in {"http", "https"} and parts.netloc and value == f"{parts.scheme}://{parts.netloc}"
    if value != "*" and not plain:
        raise ValueError("must be origins such as https://example.org, separated by commas, or *")
    return value


def trusted(settings: Trusting, development_issuer: bool) -> None:
    """Whose tokens ENVIRONMENT=production refuses."""
    if development_issuer:
        raise ValueError("AUTH_ISSUER is missing: production does not accept the development issuer")
    if (settings.auth_jwks_url or "").startswith("http://"):
        raise ValueError("AUTH_JWKS_URL must be https:// or file:// in production: who sends keys makes tokens")


def public(settings: Public) -> None:
    """How ENVIRONMENT=production refuses to be seen."""
    if not settings.public_url.startswith("https://"):
        raise ValueError("PUBLIC_URL must be https:// in production")
    if "*" in settings.cors_origins:
        raise ValueError("CORS_ORIGINS must name each origin in production, not *")


def unpublished(settings: Iterable[tuple[str, Any]]) -> None:
    """No secret that everybody can read holds outside development."""
    for name, value in settings:
        if isinstance(value, str) and holds_a_published_secret(value):
            raise ValueError(f"{name.upper()} holds a secret that this project has published: make one of your own")


def proxies(value: str, environment: str | None) -> str:
    """Addresses and networks by name; production trusts no whole range that others share."""
    parts = [part.strip() for part in value.split(",") if part.strip()]
    if "*" in parts:
        if len(parts) > 1 or environment == "production":
            raise ValueError("must name each proxy, by address or network, not *")
        return "*"
    try:
        networks = [ip_network(part) for part in parts]
    except ValueError:
        raise ValueError("must be addresses or networks such as 10.1.2.3 or 10.1.2.0/24, separated by commas") from None
    if environment == "production":
        for network in networks:
            if any(_covers(network, everybodys) for everybodys in _EVERYBODYS):
                raise ValueError("must name the proxies, not a whole private range")
    return ",".join(parts)


def _covers(network: Network, other: Network) -> bool:
    return network.version == other.version and network.supernet_of(other)  # type: ignore[arg-type]  # of one version


def misspelt(environ: Mapping[str, str], known: set[str], prefix: str) -> tuple[str, str] | None:
    """A variable that is nearly, but not quite, one of `known`, and the one it resembles."""
    starts = {name.split("_")[0] for name in known} | {prefix.rstrip("_")}
    for name in environ:
        upper = name.upper()
        if upper in known or upper.split("_")[0] not in starts or _SET_BY_PLATFORMS.search(upper):
            continue
        near = difflib.get_close_matches(upper, known, n=1, cutoff=_ALIKE)
        if near:
            return name, near[0]
    return None


def sentence(error: ValidationError, prefix: str, common: frozenset[str]) -> str:
    """Everything that is wrong, as one sentence."""
    return "; ".join(dict.fromkeys(_clause(dict(detail), prefix, common) for detail in error.errors())) + "."


def _clause(detail: Mapping[str, Any], prefix: str, common: frozenset[str]) -> str:
    said = str(detail["msg"]).removeprefix("Value error, ")
    if not detail["loc"]:
        return said
    name = _variable(str(detail["loc"][0]), prefix, common)
    if detail["type"] == "missing":
        return f"{name} is missing"
    said = said.removeprefix("Input ").removesuffix(", unable to parse string as an integer")
    said = said.removesuffix(", unable to parse string as a number").replace("should", "must")
    place = f" (at {'.'.join(map(str, detail['loc'][1:]))})" if len(detail["loc"]) > 1 else ""
    return f"{name} {said[0].lower()}{said[1:]}{place}"


def unreadable(error: Exception, prefix: str, common: frozenset[str]) -> str:
    """That a setting which is JSON could not be read as such."""
    match = re.search(r'field "(\w+)"', str(error))
    return f"{_variable(match[1], prefix, common) if match else 'A setting'} is not valid JSON."


def _variable(field: str, prefix: str, common: frozenset[str]) -> str:
    """The variable that `field` was given by, or would be."""
    own = (prefix + field).upper()
    return field.upper() if own not in os.environ and field in common else own
