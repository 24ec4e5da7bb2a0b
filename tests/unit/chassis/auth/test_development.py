"""The development issuer, and the command that prints its tokens."""

import stat
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jwt
import pytest
from pydantic import ValidationError

from services.chassis.auth import token_command
from services.chassis.auth.build import verifier_of
from services.chassis.auth.development import DevelopmentIssuer, NotInProduction
from services.chassis.auth.refusals import TokenAmbiguous, TokenInvalid
from services.chassis.principal import Role, member
from services.chassis.settings.service_settings import DEVELOPMENT_ISSUER, AuthSettings


def settings(directory: Path, **changes: Any) -> AuthSettings:
    return AuthSettings(
        **{"environment": "test", "auth_development_key": directory / "keys" / "issuer.json", **changes}
    )


def printed(settings: AuthSettings, *arguments: str) -> str:
    parser = ArgumentParser()
    token_command.add_arguments(parser)
    return token_command.run(parser.parse_args(arguments), settings)


async def test_its_tokens_are_believed_here(tmp_path: Path) -> None:
    here = settings(tmp_path)
    minted = DevelopmentIssuer(here).mint("s-1", [Role.STAFF, Role.OPERATOR], ["yangguang"], ["u-1"])
    assert await verifier_of(here).verify(minted) == member(
        "s-1", "yangguang", Role.STAFF, Role.OPERATOR, units=["u-1"]
    )


async def test_claims_go_where_the_settings_say(tmp_path: Path) -> None:
    here = settings(tmp_path, auth_roles_claim="realm_access.roles", auth_audience="elsewhere")
    principal = await verifier_of(here).verify(DevelopmentIssuer(here).mint("s-1", [Role.STAFF], ["yangguang"]))
    assert principal.has("yangguang", Role.STAFF)


async def test_its_keys_outlive_the_process_and_only_the_owner_reads_them(tmp_path: Path) -> None:
    here = settings(tmp_path)
    minted = DevelopmentIssuer(here).mint("s-1")
    assert stat.S_IMODE(here.auth_development_key.stat().st_mode) == 0o600
    assert (await verifier_of(here).verify(minted)).sub == "s-1"
    assert [file.name for file in here.auth_development_key.parent.iterdir()] == ["issuer.json"]


def test_several_processes_that_start_at_once_have_one_key(tmp_path: Path) -> None:
    here = settings(tmp_path)
    with ThreadPoolExecutor(16) as pool:
        sets = set(pool.map(lambda _: DevelopmentIssuer(here).key_set(), range(16)))
    assert len(sets) == 1


async def test_another_machines_tokens_are_refused(tmp_path: Path) -> None:
    here, there = settings(tmp_path / "here"), settings(tmp_path / "there")
    with pytest.raises(TokenInvalid):
        await verifier_of(here).verify(DevelopmentIssuer(there).mint("s-1"))


def test_the_key_set_holds_no_private_part(tmp_path: Path) -> None:
    issuer = DevelopmentIssuer(settings(tmp_path))
    assert b'"d"' in settings(tmp_path).auth_development_key.read_bytes()
    assert b'"d"' not in issuer.key_set()


def test_production_has_no_development_issuer(tmp_path: Path) -> None:
    provider = {"auth_issuer": "https://id", "auth_jwks_url": "https://id/jwks"}
    production = settings(tmp_path, environment="production", **provider)
    with pytest.raises(NotInProduction):
        DevelopmentIssuer(production)
    with pytest.raises(NotInProduction):
        printed(production, "--sub", "s-1")
    assert not production.auth_development_key.exists()


def test_production_settings_refuse_its_tokens(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="production does not accept the development issuer"):
        settings(tmp_path, environment="production", auth_jwks_url="https://id/jwks")


def test_the_command_prints_what_was_asked_for(tmp_path: Path) -> None:
    arguments = ["--role", "staff", "--role", "organiser", "--community", "yangguang", "--unit", "u-1", "--sub", "s-1"]
    found = jwt.decode(printed(settings(tmp_path), *arguments, "--ttl", "12h"), options={"verify_signature": False})
    assert (found["iss"], found["sub"]) == (DEVELOPMENT_ISSUER, "s-1")
    assert (found["roles"], found["communities"], found["units"]) == (["staff", "organiser"], ["yangguang"], ["u-1"])
    assert found["exp"] - found["iat"] == 12 * 3600


async def test_a_role_is_bound_to_its_community_where_there_are_several(tmp_path: Path) -> None:
    here = settings(tmp_path)
    minted = printed(here, "--sub", "s-1", "--role", "a:resident", "--role", "b:handler", "--unit", "b:u-1")
    principal = await verifier_of(here).verify(minted)
    assert principal.duties == {("a", Role.RESIDENT), ("b", Role.HANDLER)}
    assert principal.posts == {("b", "u-1")}
    with pytest.raises(TokenAmbiguous):
        printed(here, "--sub", "s-1", "--role", "staff", "--community", "a", "--community", "b")


@pytest.mark.parametrize(
    "wrong", [["--sub", "s", "--role", "king"], ["--sub", "s", "--ttl", "soon"], ["--sub", "s", "--ttl", "0"],
              ["--sub", "s", "--ttl", "-1h"], ["--sub", "s", "--ttl", "nan"], ["--role", "staff"]],
)  # fmt: skip
def test_the_command_refuses_what_makes_no_token(
    tmp_path: Path, wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        printed(settings(tmp_path), *wrong)
    assert "error" in capsys.readouterr().err
