"""An identity provider of a test: keys of every kind, tokens good and bad, and a clock to turn."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from services.chassis.auth.key_ring import KeyRing
from services.chassis.auth.verifier import Verifier

ISSUER = "https://id.example.org"
AUDIENCE = "community"
NOW = 1_800_000_000.0

RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SHORT_RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505  what must be refused
EC_KEY = ec.generate_private_key(ec.SECP256R1())
EC_384_KEY = ec.generate_private_key(ec.SECP384R1())


class Clock:
    """Time that stands still until it is moved."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Provider:
    """Serves a JWKS document and counts how often it is asked; `away` makes it unreachable."""

    def __init__(self, *jwks: Mapping[str, Any]) -> None:
        self.jwks = list(jwks)
        self.away = False
        self.asked = 0

    async def __call__(self) -> bytes:
        self.asked += 1
        if self.away:
            raise ConnectionError
        return json.dumps({"keys": self.jwks}).encode()


def rsa_jwk(kid: str | None = "rsa", key: rsa.RSAPrivateKey = RSA_KEY, **more: Any) -> dict[str, Any]:
    return _named(RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), kid, more)


def ec_jwk(kid: str | None = "ec", key: ec.EllipticCurvePrivateKey = EC_KEY, **more: Any) -> dict[str, Any]:
    return _named(ECAlgorithm.to_jwk(key.public_key(), as_dict=True), kid, more)


def _named(jwk: dict[str, Any], kid: str | None, more: Mapping[str, Any]) -> dict[str, Any]:
    jwk.pop("key_ops", None)
    return {**jwk, **({} if kid is None else {"kid": kid}), **more}


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a good token; a change to `...` leaves the claim out."""
    plain = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "p-1",
        "iat": int(NOW) - 10,
        "exp": int(NOW) + 600,
        "roles": ["staff"],
        "communities": ["yangguang"],
    }
    return {name: value for name, value in {**plain, **changes}.items() if value is not ...}


def token(
    payload: Mapping[str, Any] | None = None,
    *,
    key: Any = RSA_KEY,
    algorithm: str = "RS256",
    kid: str | None = "rsa",
    **header: Any,
) -> str:
    headers = {**({} if kid is None else {"kid": kid}), **header}
    body = json.dumps(dict(claims() if payload is None else payload)).encode()
    return jwt.api_jws.encode(body, key, algorithm=algorithm, headers={"typ": "JWT", **headers})


def segment(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def hmac_token(secret: bytes, header: Mapping[str, Any]) -> str:
    """What a library that refuses to make such tokens would not make."""
    signed = f"{segment(header)}.{segment(claims())}"
    return f"{signed}.{segment(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def rsa_token(header: Mapping[str, Any], payload: bytes | Mapping[str, Any]) -> str:
    """Well signed, whatever stands in it."""
    signed = f"{segment(header)}.{segment(payload)}"
    return f"{signed}.{segment(RSA_KEY.sign(signed.encode(), PKCS1v15(), SHA256()))}"


def verifier(provider: Provider | None = None, clock: Clock | None = None, **more: Any) -> Verifier:
    clock = clock or Clock()
    ring = KeyRing(provider or Provider(rsa_jwk(), ec_jwk()), clock=clock)
    return Verifier(ring, issuer=ISSUER, audience=AUDIENCE, clock=clock, **more)
