"""The keys of an issuer, read from a JSON Web Key Set (RFC 7517).

A key has exactly one algorithm, given by its type: RSA is RS256, EC P-256 is ES256. What a token's header says never
chooses an algorithm. Symmetric keys, other curves, RSA below 2048 bits and keys not meant for signatures are left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

ALGORITHMS = frozenset({"RS256", "ES256"})

_MOST_KEYS = 100
_RSA_BITS = range(2048, 8193)
_PUBLIC_PARTS = {"RSA": ("n", "e"), "EC": ("crv", "x", "y")}


class UnusableKeySet(ValueError):
    """A key set has no key that could verify a token."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key and the one algorithm that it is for."""

    kid: str | None
    algorithm: str
    public: Any


@dataclass(frozen=True, slots=True)
class KeySet:
    """The usable keys of an issuer. The same `kid` may stand on several keys."""

    keys: tuple[Key, ...]
    digest: str

    def candidates(self, kid: str | None, algorithm: str) -> tuple[Key, ...]:
        """The keys that a token with this header may be signed with.

        A token without `kid` is matched only where a single key of that algorithm exists.
        """
        fitting = tuple(key for key in self.keys if key.algorithm == algorithm and (kid is None or key.kid == kid))
        return fitting if kid is not None or len(fitting) == 1 else ()


def read_key_set(document: bytes) -> KeySet:
    """The usable keys in a JWKS document.

    Raises:
        UnusableKeySet: it is not JSON, not a key set, or no key in it can be used.
    """
    try:
        found = orjson.loads(document)["keys"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise UnusableKeySet("not a JSON Web Key Set") from None
    if not isinstance(found, list) or len(found) > _MOST_KEYS:
        raise UnusableKeySet(f"`keys` is not a list of at most {_MOST_KEYS}")
    keys = tuple(key for key in map(_key, found) if key is not None)
    if not keys:
        raise UnusableKeySet("no key for RS256 or ES256")
    digest = orjson.dumps([_parts(jwk) for jwk in found if isinstance(jwk, dict)], option=orjson.OPT_SORT_KEYS)
    return KeySet(keys, digest.decode())


def _key(jwk: Any) -> Key | None:
    if not isinstance(jwk, dict) or not _for_signatures(jwk):
        return None
    algorithm = _algorithm(jwk)
    kid = jwk.get("kid")
    if algorithm is None or jwk.get("alg", algorithm) != algorithm or not isinstance(kid, str | None):
        return None
    try:
        public = jwt.PyJWK(_parts(jwk), algorithm=algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    if isinstance(public, RSAPublicKey) and public.key_size not in _RSA_BITS:
        return None
    return Key(kid, algorithm, public)


def _for_signatures(jwk: Mapping[str, Any]) -> bool:
    operations = jwk.get("key_ops", ["verify"])
    return jwk.get("use", "sig") == "sig" and isinstance(operations, list) and "verify" in operations


def _algorithm(jwk: Mapping[str, Any]) -> str | None:
    if jwk.get("kty") == "RSA":
        return "RS256"
    return "ES256" if jwk.get("kty") == "EC" and jwk.get("crv") == "P-256" else None


def _parts(jwk: Mapping[str, Any]) -> dict[str, Any]:
    """The public parts alone: a private key that slipped into the set is not kept."""
    kty = jwk.get("kty")
    names = _PUBLIC_PARTS.get(kty, ()) if isinstance(kty, str) else ()
    return {"kty": kty, "kid": jwk.get("kid"), **{name: jwk[name] for name in names if name in jwk}}
