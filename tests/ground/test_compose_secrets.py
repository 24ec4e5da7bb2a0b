"""`python -m services secrets` makes what docker-compose.yml needs, once, and takes nothing that everybody knows."""

import argparse
import base64
import io
import ssl
import stat
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml  # type: ignore[import-untyped]

from services.chassis.clock import utc_now
from services.chassis.settings.published import CLUSTER_KEYS, PASSWORDS
from services.chassis.settings.service_settings import AuthSettings
from services.chassis.settings.sources import variables
from services.commands import secrets
from services.commands.certificates import fits
from services.commands.databases import passwords_in
from services.issues.privacy.settings import PrivacySettings, read_masters
from services.notify.channels.sealing import key_of
from services.notify.channels.settings import ChannelSettings
from services.topology import SERVICES

NOTIFY = yaml.safe_load((Path(__file__).parents[2] / "docker-compose.yml").read_text("utf-8"))["services"]["notify"]
_KEY = base64.b64encode(b"k" * 32).decode()
NAMES = ["MONGODB_ROOT_PASSWORD", "MONGODB_CLUSTER_KEY", *(f"{name.upper()}_MONGODB_PASSWORD" for name in SERVICES)]


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*NAMES, "ISSUES_CONTACT_KEYS", "NOTIFY_ENDPOINT_KEY", "AUTH_DEVELOPMENT_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ENVIRONMENT", "production")


def ordered(folder: Path, *words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    secrets.add_arguments(parser)
    return parser.parse_args([str(folder), *words])


def made(folder: Path, *, rotate: bool = False) -> dict[str, str]:
    secrets.run(ordered(folder, *(("--rotate",) if rotate else ())))
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_everything_is_made_once_and_differs_everywhere(tmp_path: Path) -> None:
    first = made(tmp_path / "a")
    assert set(first) == {
        "mongodb/cluster.key",
        "mongodb/root",
        *(f"mongodb/{name}" for name in SERVICES),
        *(f"{name}/{secret}" for name in SERVICES for secret in ("mongodb-url", "kafka-password")),
        "issues/contact-keys",
        "notify/endpoint-key",
        *(f"kafka/{name}" for name in ("broker", "admin", "broker.pem", "ca.pem")),
        *(f"access/{name}" for name in ("admin", *SERVICES)),
        "authority/authority.pem",
        "grafana/admin",
    }
    assert made(tmp_path / "a") == first
    other = made(tmp_path / "b")
    assert all(first[name] != other[name] for name in first)
    assert len(base64.b64decode(first["mongodb/cluster.key"])) == 48
    told_twice = {"kafka/admin", *(f"{name}/kafka-password" for name in SERVICES)}
    assert len(set(first.values())) == len(first) - len(told_twice)
    assert first["kafka/admin"] == first["access/admin"]
    assert all(first[f"{name}/kafka-password"] == first[f"access/{name}"] for name in SERVICES)
    assert len(read_masters(first["issues/contact-keys"]).keys) == 1
    for name in SERVICES:
        url = urlsplit(first[f"{name}/mongodb-url"])
        assert (url.username, unquote(url.password or "")) == (name, first[f"mongodb/{name}"])


def test_nobody_else_reads_them(tmp_path: Path) -> None:
    made(tmp_path)
    for path in tmp_path.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o500 if path.is_dir() else 0o400)
        owners = {"mongodb": secrets.MONGODB, "kafka": secrets.KAFKA, "authority": 0, "grafana": secrets.GRAFANA}
        owner = owners.get(path.relative_to(tmp_path).parts[0], secrets.COMMUNITY)
        if tmp_path.owner() == "root":
            assert (path.stat().st_uid, path.stat().st_gid) == (owner, owner)


def test_what_is_given_is_taken_and_the_one_before_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = made(tmp_path)
    monkeypatch.setenv("MONGODB_ROOT_PASSWORD", "one of my own")
    monkeypatch.setenv("NOTIFY_MONGODB_PASSWORD", "p@ss:w/rd")
    second = made(tmp_path)
    assert (second["mongodb/root"], second["mongodb/root.before"]) == ("one of my own", first["mongodb/root"])
    assert unquote(urlsplit(second["notify/mongodb-url"]).password or "") == "p@ss:w/rd"
    assert made(tmp_path) == second


def test_a_change_makes_all_anew_and_old_contacts_stay_readable(tmp_path: Path) -> None:
    first, second = made(tmp_path), made(tmp_path, rotate=True)
    kept = {name for name in first if first[name] == second[name]}
    assert kept == {"authority/authority.pem", "kafka/ca.pem", "grafana/admin", "notify/endpoint-key"}
    context = ssl.create_default_context(cadata=first["kafka/ca.pem"])
    context.load_cert_chain(tmp_path / "kafka" / "broker.pem")
    assert first["kafka/ca.pem"] in second["kafka/broker.pem"]
    assert second["mongodb/root.before"] == first["mongodb/root"]
    assert second["issues/contact-keys"].endswith("," + first["issues/contact-keys"])
    assert len(read_masters(second["issues/contact-keys"]).keys) == 2


def test_changed_again_before_a_store_took_it_over_no_password_of_it_is_lost(tmp_path: Path) -> None:
    roots = [made(tmp_path)["mongodb/root"], *(made(tmp_path, rotate=True)["mongodb/root"] for _ in range(3))]
    assert len(set(roots)) == 4
    known = passwords_in(tmp_path / "mongodb")
    assert [known.root, *known.before][:4] == roots[::-1]


@pytest.mark.parametrize("known", sorted(PASSWORDS | CLUSTER_KEYS))
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("environment", ["production", "test", ""])
def test_what_was_ever_published_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, known: str, environment: str
) -> None:
    monkeypatch.setenv("ENVIRONMENT", environment)
    monkeypatch.setenv(name, known)
    with pytest.raises(secrets.Unsafe, match=f"^{name} is one that this project has published"):
        made(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_certificate_for_another_host_is_signed_by_the_same_authority(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = made(tmp_path)
    monkeypatch.setenv("KAFKA_ADDRESS", "kafka.example.org:9094")
    second = made(tmp_path)
    assert second == made(tmp_path)
    assert {name for name in first if first[name] != second[name] and name != "kafka/broker.pem.before"} == {
        "kafka/broker.pem"
    }
    context = ssl.create_default_context(cadata=second["kafka/ca.pem"])
    context.load_cert_chain(tmp_path / "kafka" / "broker.pem")
    assert fits(second["kafka/broker.pem"], ["kafka.example.org", "127.0.0.1"], utc_now())
    assert not fits(first["kafka/broker.pem"], ["kafka.example.org"], utc_now())
    assert not fits(second["kafka/broker.pem"], ["127.0.0.1"], utc_now() + timedelta(days=600))


def test_the_certificate_is_for_the_host_of_each_broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_ADDRESS", "one.example.org:19092")
    monkeypatch.setenv("KAFKA_ADDRESS_2", "two.example.org:19092")
    monkeypatch.setenv("KAFKA_ADDRESS_3", "[2001:db8::3]:19092")
    names = ["one.example.org", "two.example.org", "2001:db8::3", "kafka"]
    assert fits(made(tmp_path)["kafka/broker.pem"], names, utc_now())


@pytest.fixture
def issuer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of keys that the services of a development make for themselves."""
    folder = tmp_path / "issuer"
    folder.mkdir()
    monkeypatch.setenv("AUTH_DEVELOPMENT_KEY", str(folder / "development-issuer.json"))
    monkeypatch.setenv("ENVIRONMENT", "development")
    return folder


def test_development_becomes_production_with_the_keys_of_its_first_start(
    tmp_path: Path, issuer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = made(tmp_path / "made")
    assert len(read_masters(first["issues/contact-keys"]).keys) == 1
    monkeypatch.setenv("ENVIRONMENT", "production")
    assert made(tmp_path / "made") == first


@pytest.mark.parametrize("environment", ["development", "production"])
def test_one_that_began_with_keys_of_its_services_keeps_them(
    tmp_path: Path, issuer: Path, monkeypatch: pytest.MonkeyPatch, environment: str
) -> None:
    began = AuthSettings(environment="development", auth_development_key=issuer / "development-issuer.json")
    privacy = PrivacySettings.model_construct(**dict(began))
    masters, sealing = privacy.masters, ChannelSettings.model_construct(**dict(began)).sealing_key
    drawer = tmp_path / "made" / "issues"
    drawer.mkdir(parents=True)
    (drawer / "contact-keys").write_text("")  # as they were made before
    monkeypatch.setenv("ENVIRONMENT", environment)
    taken = made(tmp_path / "made")
    assert read_masters(taken["issues/contact-keys"]) == masters
    assert key_of(taken["notify/endpoint-key"]) == sealing
    assert made(tmp_path / "made") == taken


def test_one_that_got_another_key_as_production_opens_what_it_sealed_before(tmp_path: Path, issuer: Path) -> None:
    known = made(tmp_path / "made")["issues/contact-keys"]
    (issuer / "contact-keys.txt").write_text(f"development:{_KEY}")
    assert made(tmp_path / "made")["issues/contact-keys"] == f"{known},development:{_KEY}"


def test_contact_keys_that_are_given_seal_and_those_that_were_there_still_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = made(tmp_path)["issues/contact-keys"]
    monkeypatch.setenv("ISSUES_CONTACT_KEYS", f"mine:{_KEY}")
    for rotate in (False, True, False):
        assert made(tmp_path, rotate=rotate)["issues/contact-keys"] == f"mine:{_KEY},{known}"
    monkeypatch.setenv("ISSUES_CONTACT_KEYS", f"mine:{base64.b64encode(bytes(32)).decode()}")
    with pytest.raises(secrets.Unsafe, match="another key under mine, an id in use"):
        made(tmp_path)
    monkeypatch.delenv("ISSUES_CONTACT_KEYS")
    assert made(tmp_path)["issues/contact-keys"] == f"mine:{_KEY},{known}"


def test_the_endpoint_key_of_ones_own_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_ENDPOINT_KEY", _KEY)
    assert made(tmp_path)["notify/endpoint-key"] == _KEY


def test_while_services_run_only_what_is_missing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = made(tmp_path)
    monkeypatch.setenv("ISSUES_MONGODB_PASSWORD", "of the next start")
    monkeypatch.setenv("ISSUES_CONTACT_KEYS", f"mine:{_KEY}")
    (tmp_path / "notify").chmod(0o700)
    (tmp_path / "notify" / "endpoint-key").unlink()
    secrets.run(ordered(tmp_path, "--missing"))
    changed = {name for name, word in first.items() if (tmp_path / name).read_text() != word}
    assert changed == {"notify/endpoint-key"}


def test_a_secret_of_a_provider_is_put_where_notify_alone_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO("pass word\n"))
    secrets.run(ordered(tmp_path, "--put", "smtp-password"))
    line = capsys.readouterr().out.strip()
    assert line == "NOTIFY_SMTP_PASSWORD_FILE=/run/secrets/smtp-password"
    assert line.partition("=")[0] in NOTIFY["environment"]
    assert line.partition("=")[0].removesuffix("_FILE") in variables(ChannelSettings)
    assert (tmp_path / "notify" / "smtp-password").read_text() == "pass word"
    assert made(tmp_path)["notify/smtp-password"] == "pass word"
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    with pytest.raises(secrets.Unsafe, match="sms-secret is read from the standard input"):
        secrets.run(ordered(tmp_path, "--put", "sms-secret"))
