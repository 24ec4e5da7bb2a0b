"""The development issuer: makes tokens for local runs and tests, from a key pair of its own on this machine.

It refuses to exist in production, and production settings refuse its tokens: either alone would be enough.
"""

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import APIRouter, Response
from jwt.algorithms import ECAlgorithm

from services.chassis.settings.service_settings import DEVELOPMENT_ISSUER, AuthSettings

JWKS_PATH = "/development/jwks.json"

_PUBLIC = ("kty", "crv", "x", "y", "kid", "use", "alg")


class NotInProduction(Exception):
    """ENVIRONMENT is production: tokens come from the provider that AUTH_ISSUER names."""

    def __init__(self) -> None:
        super().__init__("ENVIRONMENT is production, where tokens come from the provider that AUTH_ISSUER names.")


class DevelopmentIssuer:
    """Makes tokens that the services of this machine accept."""

    def __init__(self, settings: AuthSettings, *, clock: Callable[[], float] = time.time) -> None:
        if settings.environment == "production":
            raise NotInProduction()
        self._settings = settings
        self._clock = clock
        self._jwk = _key_pair(settings.auth_development_key)
        self._key = jwt.PyJWK(self._jwk, algorithm="ES256")

    def mint(
        self,
        sub: str,
        roles: Iterable[str] = (),
        communities: Iterable[str] = (),
        units: Iterable[str] = (),
        *,
        ttl: float = 3600.0,
    ) -> str:
        """A token of `sub` that holds for `ttl` seconds.

        `roles` and `units` are words of a claim: `staff` in a token of one community, else `yangguang:staff`.
        """
        now = int(self._clock())
        claims: dict[str, Any] = {
            "iss": DEVELOPMENT_ISSUER,
            "aud": self._settings.auth_audience,
            "sub": sub,
            "iat": now,
            "nbf": now,
            "exp": now + ttl,
        }
        for path, words in (
            (self._settings.auth_roles_claim, [str(role) for role in roles]),
            (self._settings.auth_communities_claim, list(communities)),
            (self._settings.auth_units_claim, list(units)),
        ):
            _put(claims, path, words)
        return jwt.encode(claims, self._key, algorithm="ES256", headers={"kid": self._jwk["kid"]})

    def key_set(self) -> bytes:
        """The JWKS document of this issuer."""
        return orjson.dumps({"keys": [{name: self._jwk[name] for name in _PUBLIC}]})

    def router(self) -> APIRouter:
        """Serves the JWKS document, for other processes of the same development system."""
        router = APIRouter()

        @router.get(JWKS_PATH, include_in_schema=False)
        async def keys() -> Response:
            return Response(self.key_set(), media_type="application/jwk-set+json")

        return router


def _key_pair(path: Path) -> dict[str, Any]:
    """The key pair at `path`, made there at first use; of several processes that start at once, one makes it."""
    with suppress(FileNotFoundError):
        return _read(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    jwk = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()), as_dict=True)
    jwk |= {"kid": f"development-{os.urandom(6).hex()}", "use": "sig", "alg": "ES256"}
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(orjson.dumps(jwk))
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return _read(path)


def _read(path: Path) -> dict[str, Any]:
    jwk: dict[str, Any] = orjson.loads(path.read_bytes())
    jwk.pop("key_ops", None)
    return jwk


def _put(claims: dict[str, Any], path: str, words: list[str]) -> None:
    *outer, last = path.split(".")
    for part in outer:
        claims = claims.setdefault(part, {})
    claims[last] = words
