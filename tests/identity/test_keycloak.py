"""Keycloak's tokens say who is what, as the claims rule reads them; its keys change, people log out and are locked."""

from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest

from services.chassis.auth.build import verifier_of
from services.chassis.auth.refusals import TokenInvalid
from services.chassis.auth.verifier import Verifier
from services.chassis.principal import Role
from services.chassis.settings.service_settings import AuthSettings
from tests.identity.keycloak import Browser, Keycloak
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(1800)

REALM = Path(__file__).parents[2] / "deploy" / "keycloak" / "realm.json"


@pytest.fixture(scope="module")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keycloak]:
    """A Keycloak with the realm that operators are given."""
    with Keycloak(tmp_path_factory.mktemp("identity"), REALM) as keycloak:
        yield keycloak


def _verifier(keycloak: Keycloak) -> Verifier:
    where = {"auth_issuer": keycloak.issuer, "auth_jwks_url": f"{keycloak.issuer}/protocol/openid-connect/certs"}
    return verifier_of(AuthSettings.model_validate({"environment": "test", "auth_jwks_seconds": 1, **where}))


async def test_roles_are_held_where_the_groups_say(keycloak: Keycloak) -> None:
    sub = keycloak.person("zhang", "/yangguang/staff", "/yangguang/resident")
    tokens = Browser(keycloak).log_in("zhang")
    assert tokens is not None
    principal = await _verifier(keycloak).verify(tokens["access_token"])
    assert principal.sub == sub
    assert principal.has("yangguang", Role.STAFF)
    assert not principal.has("yangguang", Role.OPERATOR)
    assert not principal.has("other", Role.STAFF, Role.RESIDENT)
    claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    assert set(claims["roles"]) == {"/yangguang/staff", "/yangguang/resident"}


def test_without_pkce_nobody_logs_in(keycloak: Keycloak) -> None:
    answer = Browser(keycloak).form()
    assert "code_challenge_method" in answer.headers.get("location", "")
    assert "error=invalid_request" in answer.headers["location"]


async def test_keys_change_and_old_ones_cease_to_hold(keycloak: Keycloak) -> None:
    keycloak.person("sun", "/yangguang/resident")
    verifier, browser = _verifier(keycloak), Browser(keycloak)
    before = browser.log_in("sun")
    assert before is not None
    await verifier.verify(before["access_token"])

    [realm] = [keycloak.admin("GET", "").json()["id"]]
    key = {"providerId": "rsa-generated", "providerType": "org.keycloak.keys.KeyProvider", "parentId": realm}
    config = {"priority": ["200"], "enabled": ["true"], "active": ["true"], "algorithm": ["RS256"]}
    keycloak.admin("POST", "/components", json={**key, "name": "next", "config": config})
    after = browser.refresh(before)
    assert after is not None
    kids = [jwt.get_unverified_header(tokens["access_token"])["kid"] for tokens in (before, after)]
    assert kids[0] != kids[1]
    await eventually(lambda: _holds(verifier, after["access_token"]), 30)
    await verifier.verify(before["access_token"])  # until its key is taken away

    for found in keycloak.admin("GET", "/components", params={"type": key["providerType"]}).json():
        if found["providerId"] == "rsa-generated" and found["name"] != "next":
            found["config"] |= {"enabled": ["false"], "active": ["false"]}
            keycloak.admin("PUT", f"/components/{found['id']}", json=found)

    async def refused() -> bool:
        await _holds(verifier, after["access_token"])
        return not await _holds(_verifier(keycloak), before["access_token"])

    await eventually(refused, 30)


async def test_who_logged_out_or_is_locked_gets_no_more_tokens(keycloak: Keycloak) -> None:
    person = keycloak.person("wang", "/yangguang/resident")
    browser = Browser(keycloak)
    tokens = browser.log_in("wang")
    assert tokens is not None
    browser.log_out(tokens)
    assert browser.refresh(tokens) is None

    again = Browser(keycloak).log_in("wang")
    assert again is not None
    keycloak.admin(
        "PUT", f"/users/{person}", json={**keycloak.admin("GET", f"/users/{person}").json(), "enabled": False}
    )
    assert browser.refresh(again) is None
    assert Browser(keycloak).log_in("wang") is None
    lasts = jwt.decode(again["access_token"], options={"verify_signature": False})
    assert lasts["exp"] - lasts["iat"] <= 300, "so long a token may be used that was given before"


async def _holds(verifier: Verifier, token: str) -> bool:
    try:
        await verifier.verify(token)
    except TokenInvalid:
        return False
    return True
