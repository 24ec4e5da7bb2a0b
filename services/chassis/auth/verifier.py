"""Verifies bearer tokens: RS256 and ES256, issuer, audience, time; everything else is refused.

A verified token is remembered by its SHA-256 until it expires or the issuer's keys change, since a signature costs
more than all the rest of a request's way in. Expiry is checked on every use.
"""

import hashlib
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from services.chassis.auth.claims import ClaimNames, principal_of
from services.chassis.auth.key_ring import KeyRing
from services.chassis.auth.keys import ALGORITHMS
from services.chassis.auth.refusals import TokenExpired, TokenInvalid
from services.chassis.cache import Cache
from services.chassis.principal import Principal

_LONGEST = 8192
_REMEMBERED = 10_000
_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
_SIGNATURE_ONLY: Any = {
    "verify_signature": True,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}


@dataclass(frozen=True, slots=True)
class _Verified:
    principal: Principal
    until: float
    keys: str | None


class Verifier:
    """Finds the principal whom a token belongs to."""

    def __init__(
        self,
        keys: KeyRing,
        *,
        issuer: str,
        audience: str,
        leeway: float = 30.0,
        names: ClaimNames | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._leeway = leeway
        self._names = names or ClaimNames()
        self._clock = clock
        self._remembered = Cache[bytes, _Verified](_REMEMBERED)

    def known(self, token: str) -> Principal | None:
        """The principal of `token`, if the token was verified before and still holds: no signature is checked again."""
        digest = hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
        verified = self._remembered.get(digest)
        if verified is None:
            return None
        if verified.until <= self._clock() or verified.keys != self._keys.digest:
            self._remembered.drop(digest)
            return None
        return verified.principal

    async def verify(self, token: str) -> Principal:
        """The principal of `token`.

        Raises:
            TokenInvalid: it is not a token of the issuer for us.
            TokenExpired: it was.
            KeysUnavailable: the issuer's keys were never reached.
        """
        known = self.known(token)
        if known is not None:
            return known
        if len(token) > _LONGEST or not token.isascii():
            raise TokenInvalid()
        claims = await self._signed(token)
        until = self._check(claims)
        principal = principal_of(claims, self._names)
        self._remember(token, _Verified(principal, until, self._keys.digest))
        return principal

    async def _signed(self, token: str) -> Mapping[str, Any]:
        """The claims of `token`, its signature having been checked."""
        kid, algorithm = _header(token)
        for key in await self._keys.find(kid, algorithm):
            try:
                return jwt.decode(token, key.public, algorithms=[key.algorithm], options=_SIGNATURE_ONLY)
            except jwt.InvalidSignatureError:
                continue
            except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
                break
        raise TokenInvalid()

    def _check(self, claims: Mapping[str, Any]) -> float:
        """The moment at which the token ceases to hold, leeway included."""
        audience = claims.get("aud")
        for_us = audience == self._audience or (isinstance(audience, list) and self._audience in audience)
        if claims.get("iss") != self._issuer or not for_us:
            raise TokenInvalid()
        now = self._clock()
        for name in ("nbf", "iat"):
            if name in claims and _instant(claims, name) > now + self._leeway:
                raise TokenInvalid()
        until = _instant(claims, "exp") + self._leeway
        if until <= now:
            raise TokenExpired()
        return until

    def _remember(self, token: str, verified: _Verified) -> None:
        self._remembered.put(hashlib.sha256(token.encode()).digest(), verified)


def _header(token: str) -> tuple[str | None, str]:
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise TokenInvalid() from None
    kid, algorithm, type_ = header.get("kid"), header.get("alg"), header.get("typ", "JWT")
    plain = isinstance(kid, str | None) and isinstance(algorithm, str) and isinstance(type_, str)
    if not plain or algorithm not in ALGORITHMS or type_.lower() not in _TYPES or "crit" in header:
        raise TokenInvalid()
    return kid, algorithm


def _instant(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TokenInvalid()
    return float(value)
