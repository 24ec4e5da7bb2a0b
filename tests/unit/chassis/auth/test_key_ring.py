"""The issuer's keys over time."""

import asyncio
import json
from typing import Any

import pytest

from services.chassis.auth.key_ring import KeyRing
from services.chassis.auth.keys import UnusableKeySet, read_key_set
from services.chassis.auth.refusals import KeysUnavailable, TokenInvalid
from tests.unit.chassis.auth.issuing import (
    EC_384_KEY,
    OTHER_RSA_KEY,
    RSA_KEY,
    SHORT_RSA_KEY,
    Clock,
    Provider,
    ec_jwk,
    rsa_jwk,
    token,
    verifier,
)


def ring(provider: Provider, clock: Clock) -> KeyRing:
    return KeyRing(provider, age=600, again=5, clock=clock)


async def settled() -> None:
    """Lets what runs in the background come to its end."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_keys_are_fetched_once_for_all_who_wait() -> None:
    provider = Provider(rsa_jwk())
    keys = ring(provider, Clock())
    found = await asyncio.gather(*(keys.find("rsa", "RS256") for _ in range(50)))
    assert all(len(each) == 1 for each in found)
    assert provider.asked == 1


async def test_a_new_key_is_learnt_when_a_token_names_it() -> None:
    clock, provider = Clock(), Provider(rsa_jwk("old"))
    keys = ring(provider, clock)
    await keys.find("old", "RS256")
    provider.jwks.append(rsa_jwk("new", OTHER_RSA_KEY))
    clock.now += 5
    assert await keys.find("new", "RS256")
    assert provider.asked == 2


async def test_made_up_key_names_cannot_press_the_provider() -> None:
    clock, provider = Clock(), Provider(rsa_jwk())
    keys = ring(provider, clock)
    for n in range(500):
        clock.now += 0.01
        assert await keys.find(f"made-up-{n}", "RS256") == ()
    assert provider.asked <= 2


async def test_old_keys_serve_while_new_ones_are_fetched() -> None:
    clock, provider = Clock(), Provider(rsa_jwk())
    keys = ring(provider, clock)
    await keys.find("rsa", "RS256")
    clock.now += 601
    assert await keys.find("rsa", "RS256")
    await settled()
    assert provider.asked == 2


async def test_a_key_that_the_provider_withdrew_is_forgotten() -> None:
    clock, provider = Clock(), Provider(rsa_jwk(), ec_jwk())
    keys = ring(provider, clock)
    await keys.find("rsa", "RS256")
    provider.jwks = [ec_jwk()]
    clock.now += 601
    await keys.find("rsa", "RS256")
    await settled()
    assert await keys.find("rsa", "RS256") == ()


async def test_a_provider_that_is_away_stops_nobody_who_was_known() -> None:
    clock, provider = Clock(), Provider(rsa_jwk())
    keys = ring(provider, clock)
    await keys.find("rsa", "RS256")
    provider.away = True
    for _ in range(20):
        clock.now += 601
        assert await keys.find("rsa", "RS256")
        await settled()
    assert await keys.find("new", "RS256") == ()


async def test_a_provider_that_is_away_is_asked_once_in_a_while() -> None:
    clock, provider = Clock(), Provider(rsa_jwk())
    keys = ring(provider, clock)
    await keys.find("rsa", "RS256")
    provider.away = True
    clock.now += 601
    for _ in range(100):
        clock.now += 0.01
        await keys.find("rsa", "RS256")
        await settled()
    assert provider.asked == 2


@pytest.mark.parametrize("document", [[], [{"kty": "oct", "k": "c2VjcmV0", "kid": "rsa"}]])
async def test_a_set_without_usable_keys_does_not_replace_a_good_one(document: list[Any]) -> None:
    clock, provider = Clock(), Provider(rsa_jwk())
    keys = ring(provider, clock)
    await keys.find("rsa", "RS256")
    provider.jwks = document
    clock.now += 601
    await keys.find("rsa", "RS256")
    await settled()
    assert await keys.find("rsa", "RS256")


async def test_without_any_keys_nobody_is_called_wrong() -> None:
    clock, provider = Clock(), Provider(rsa_jwk())
    provider.away = True
    known = verifier(provider, clock)
    for _ in range(10):
        with pytest.raises(KeysUnavailable) as caught:
            await known.verify(token())
        assert caught.value.status == 503
    assert provider.asked == 1, "while it is away it is asked once in five seconds"
    provider.away = False
    clock.now += 5
    assert (await known.verify(token())).sub == "p-1"


async def test_a_caller_who_goes_away_does_not_stop_the_fetch_for_others() -> None:
    released = asyncio.Event()
    provider = Provider(rsa_jwk())

    async def slow() -> bytes:
        await released.wait()
        return await provider()

    keys = KeyRing(slow)
    first = asyncio.create_task(keys.find("rsa", "RS256"))
    second = asyncio.create_task(keys.find("rsa", "RS256"))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    released.set()
    assert await second


UNUSABLE = {
    "symmetric": {"kty": "oct", "k": "c2VjcmV0", "kid": "rsa", "alg": "HS256"},
    "for encryption": rsa_jwk(use="enc"),
    "for signing only": rsa_jwk(key_ops=["sign"]),
    "operations that are no list": rsa_jwk(key_ops="verify"),
    "for another algorithm": rsa_jwk(alg="RS512"),
    "for HMAC, it says": rsa_jwk(alg="HS256"),
    "short": rsa_jwk(key=SHORT_RSA_KEY),
    "another curve": ec_jwk("rsa", EC_384_KEY),
    "a number as name": rsa_jwk(kid=None) | {"kid": 7},
    "without parts": {"kty": "RSA", "kid": "rsa"},
    "parts that are no numbers": rsa_jwk() | {"n": "!!!"},
    "parts of the wrong kind": rsa_jwk() | {"n": 17},
    "kty of the wrong kind": {"kty": ["RSA"], "kid": "rsa"},
    "a point off the curve": ec_jwk("rsa") | {"x": ec_jwk()["y"]},
    "not an object": "rsa",
}


@pytest.mark.parametrize("jwk", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_odd_keys_are_left_out(jwk: Any) -> None:
    keys = read_key_set(json.dumps({"keys": [jwk, ec_jwk()]}).encode())
    assert [key.algorithm for key in keys.keys] == ["ES256"]


@pytest.mark.parametrize("document", [b"", b"{", b"[]", b"{}", b'{"keys": {}}', b'{"keys": []}', b"null", b"\xff"])
def test_what_is_no_key_set_is_said_to_be_none(document: bytes) -> None:
    with pytest.raises(UnusableKeySet):
        read_key_set(document)


def test_a_set_of_too_many_keys_is_refused() -> None:
    with pytest.raises(UnusableKeySet):
        read_key_set(json.dumps({"keys": [rsa_jwk(str(n)) for n in range(101)]}).encode())


async def test_a_private_key_that_slipped_into_the_set_is_not_kept() -> None:
    from jwt.algorithms import RSAAlgorithm

    private = {**RSAAlgorithm.to_jwk(RSA_KEY, as_dict=True), "kid": "rsa", "key_ops": ["verify"]}
    keys = read_key_set(json.dumps({"keys": [private]}).encode())
    assert private["d"] not in keys.digest
    assert not hasattr(keys.keys[0].public, "private_numbers")


async def test_the_algorithm_of_the_key_decides() -> None:
    with pytest.raises(TokenInvalid):
        await verifier(Provider(rsa_jwk(alg="RS512"), ec_jwk())).verify(token(algorithm="RS512"))
