"""Which tokens are believed. Every refusal here is an attack or a mistake that somebody has made somewhere."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.auth.claims import ClaimNames
from services.chassis.auth.refusals import TokenExpired, TokenInvalid
from services.chassis.principal import Principal, Role, member
from tests.unit.chassis.auth.issuing import (
    EC_384_KEY,
    EC_KEY,
    NOW,
    OTHER_RSA_KEY,
    RSA_KEY,
    SHORT_RSA_KEY,
    Clock,
    Provider,
    claims,
    ec_jwk,
    hmac_token,
    rsa_jwk,
    rsa_token,
    segment,
    token,
    verifier,
)


@pytest.mark.parametrize(
    "good",
    [
        token(),
        token(key=EC_KEY, algorithm="ES256", kid="ec"),
        token(typ="at+jwt"),
        token(claims(aud=["other", "community"])),
        token(claims(iat=...)),
        token(claims(nbf=int(NOW))),
    ],
)
async def test_a_good_token_tells_who_asks(good: str) -> None:
    principal = await verifier().verify(good)
    assert principal == member("p-1", "yangguang", Role.STAFF)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"iss": "https://id.example.org/"}, TokenInvalid),
        ({"iss": ...}, TokenInvalid),
        ({"iss": ["https://id.example.org"]}, TokenInvalid),
        ({"aud": "other"}, TokenInvalid),
        ({"aud": "community-other"}, TokenInvalid),
        ({"aud": ...}, TokenInvalid),
        ({"aud": []}, TokenInvalid),
        ({"aud": {"community": 1}}, TokenInvalid),
        ({"exp": ...}, TokenInvalid),
        ({"exp": "1900000000"}, TokenInvalid),
        ({"exp": True}, TokenInvalid),
        ({"exp": None}, TokenInvalid),
        ({"exp": float("inf")}, TokenInvalid),
        ({"exp": int(NOW) - 30}, TokenExpired),
        ({"nbf": int(NOW) + 31}, TokenInvalid),
        ({"nbf": "soon"}, TokenInvalid),
        ({"iat": int(NOW) + 31}, TokenInvalid),
        ({"sub": ...}, TokenInvalid),
        ({"sub": ""}, TokenInvalid),
        ({"sub": 7}, TokenInvalid),
        ({"sub": "a b"}, TokenInvalid),
        ({"sub": "p-1\n"}, TokenInvalid),
        ({"sub": "p" * 256}, TokenInvalid),
        ({"sub": "系统"}, TokenInvalid),
        ({"sub": "system"}, TokenInvalid),
    ],
)
async def test_a_signed_token_with_a_wrong_claim_is_refused(changes: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        await verifier().verify(token(claims(**changes)))


@pytest.mark.parametrize("skew", [{"exp": int(NOW) - 29}, {"nbf": int(NOW) + 29}, {"iat": int(NOW) + 29}])
async def test_clocks_may_differ_by_the_leeway(skew: dict[str, Any]) -> None:
    assert (await verifier().verify(token(claims(**skew)))).sub == "p-1"


PUBLIC_PEM = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

PLAIN = {"alg": "RS256", "kid": "rsa"}

FORGED = {
    "none": f"{segment({'alg': 'none', 'kid': 'rsa'})}.{segment(claims())}.",
    "none, odd spelling": f"{segment({'alg': 'nOnE', 'kid': 'rsa'})}.{segment(claims())}.",
    "none, with a signature": f"{segment({'alg': 'none', 'kid': 'rsa'})}.{segment(claims())}.{segment(b'x' * 256)}",
    "HMAC with the public key as secret": hmac_token(PUBLIC_PEM, {"alg": "HS256", "kid": "rsa"}),
    "HMAC under the name of RSA": hmac_token(PUBLIC_PEM, {"alg": "RS256", "kid": "rsa"}),
    "HMAC without a secret": hmac_token(b"", {"alg": "HS256", "kid": "rsa"}),
    "signed by somebody else": token(key=OTHER_RSA_KEY),
    "a key of its own in the header": token(key=OTHER_RSA_KEY, jwk=rsa_jwk(key=OTHER_RSA_KEY)),
    "an address for keys in the header": token(key=OTHER_RSA_KEY, jku="https://evil.example.org/jwks"),
    "another hash": token(algorithm="RS512"),
    "another padding": token(algorithm="PS256"),
    "another curve": token(key=EC_384_KEY, algorithm="ES384", kid="ec"),
    "RSA key named, signed by EC": token(key=EC_KEY, algorithm="ES256", kid="rsa"),
    "EC key named, signed by RSA": token(kid="ec"),
    "a critical extension": token(crit=["b64"], b64=True),
    "not an access token": token(typ="logout+jwt"),
    "kid that is a list": rsa_token({"alg": "RS256", "kid": ["rsa"]}, claims()),
    "algorithm that is a list": rsa_token({"alg": ["RS256"], "kid": "rsa"}, claims()),
    "claims exchanged": ".".join([token().split(".")[0], segment(claims(roles=["operator"])), token().split(".")[2]]),
    "header exchanged": ".".join([segment({"alg": "RS256", "kid": "rsa", "x": 1}), *token().split(".")[1:]]),
    "claims that are a list": rsa_token(PLAIN, b"[]"),
    "claims that are not JSON": rsa_token(PLAIN, b"{"),
    "nested beyond reason": rsa_token(PLAIN, b"[" * 3000),
    "too long": token(claims(padding="x" * 9000)),
    "two parts": ".".join(token().split(".")[:2]),
    "four parts": token() + ".x",
    "empty": "",
    "dots": "..",
    "not ASCII": token() + "é",
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
async def test_a_forged_token_is_refused(forged: str) -> None:
    with pytest.raises(TokenInvalid):
        await verifier().verify(forged)


@given(
    st.text(max_size=300)
    | st.lists(st.binary(max_size=60), min_size=3, max_size=3).map(
        lambda parts: ".".join(segment(part) for part in parts)
    )
)
async def test_nothing_made_up_gets_in_or_breaks_it(made_up: str) -> None:
    with pytest.raises(TokenInvalid):
        await verifier().verify(made_up)


@given(place=st.integers(0, 10_000), letter=st.sampled_from("ABCDwxyz0189-_."))
async def test_a_token_with_one_letter_changed_is_refused(place: int, letter: str) -> None:
    good = token()
    place %= len(good) - 1  # the last letter also holds bits that no byte uses
    changed = good[:place] + letter + good[place + 1 :]
    if changed == good:
        return
    with pytest.raises(TokenInvalid):
        await verifier().verify(changed)


async def test_a_short_rsa_key_signs_for_nobody() -> None:
    with pytest.raises(TokenInvalid):
        await verifier(Provider(rsa_jwk(key=SHORT_RSA_KEY), ec_jwk())).verify(token(key=SHORT_RSA_KEY))


async def test_of_two_keys_with_one_name_the_one_that_signed_counts() -> None:
    provider = Provider(rsa_jwk("same", OTHER_RSA_KEY), rsa_jwk("same"), ec_jwk("same"))
    for signed in (token(kid="same"), token(key=EC_KEY, algorithm="ES256", kid="same")):
        assert (await verifier(provider).verify(signed)).sub == "p-1"


async def test_a_token_without_kid_is_matched_only_where_there_is_no_choice() -> None:
    assert (await verifier().verify(token(kid=None))).sub == "p-1"
    with pytest.raises(TokenInvalid):
        await verifier(Provider(rsa_jwk("a"), rsa_jwk("b", OTHER_RSA_KEY))).verify(token(kid=None))


async def test_a_remembered_token_still_expires() -> None:
    clock = Clock()
    known = verifier(clock=clock)
    good = token()
    await known.verify(good)
    clock.now = NOW + 629
    assert known.known(good) is not None
    clock.now = NOW + 630
    assert known.known(good) is None
    with pytest.raises(TokenExpired):
        await known.verify(good)


async def test_a_remembered_token_falls_with_its_key() -> None:
    clock, provider = Clock(), Provider(rsa_jwk("old"))
    known = verifier(provider, clock)
    old = token(kid="old")
    await known.verify(old)
    provider.jwks = [rsa_jwk("new", OTHER_RSA_KEY)]
    clock.now += 10
    await known.verify(token(key=OTHER_RSA_KEY, kid="new"))
    assert known.known(old) is None
    with pytest.raises(TokenInvalid):
        await known.verify(old)


async def test_a_refused_token_is_not_remembered() -> None:
    known = verifier()
    for forged in FORGED.values():
        with pytest.raises(TokenInvalid):
            await known.verify(forged)
        assert known.known(forged) is None


async def test_a_token_not_yet_valid_is_believed_when_its_time_comes() -> None:
    clock = Clock()
    known = verifier(clock=clock)
    early = token(claims(nbf=int(NOW) + 100))
    with pytest.raises(TokenInvalid):
        await known.verify(early)
    clock.now += 100
    assert (await known.verify(early)).sub == "p-1"


async def test_claims_are_found_where_the_provider_puts_them() -> None:
    names = ClaimNames("realm_access.roles", "https://example.org/communities", "groups")
    payload = claims(
        roles=["operator"],
        realm_access={"roles": ["grid-worker", "offline_access", 7]},
        groups="u-1 u-2",
        **{"https://example.org/communities": ["yangguang"]},
    )
    principal = await verifier(names=names).verify(token(payload))
    assert principal == member("p-1", "yangguang", Role.GRID_WORKER, units=["u-1", "u-2"])


@pytest.mark.parametrize("odd", [None, 7, {"staff": True}, ["x" * 101], ["a b"], ["staff\n"], [["staff"]]])
async def test_odd_claims_give_nothing(odd: Any) -> None:
    principal = await verifier().verify(token(claims(roles=odd, communities=odd, units=odd)))
    assert principal == Principal("p-1")
