"""The keys of contacts: production names its own, a wrong one stops the start unseen, older ones still open."""

import base64
import logging
from pathlib import Path
from typing import Any

import pytest

from services.chassis.settings.sources import SettingsError, read_settings
from services.issues.privacy.settings import read_masters
from services.issues.settings import IssuesSettings

KEY = base64.b64encode(bytes(range(32))).decode()
OTHER = base64.b64encode(bytes(32)).decode()


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    monkeypatch.setenv("ENVIRONMENT", "development")
    monkeypatch.setenv("MONGODB_URL", "mongodb://127.0.0.1/?replicaSet=rs0")
    monkeypatch.setenv("KAFKA_BOOTSTRAP", "127.0.0.1:9092")
    monkeypatch.setenv("AUTH_DEVELOPMENT_KEY", str(tmp_path / "state" / "issuer.json"))
    monkeypatch.delenv("ISSUES_CONTACT_KEYS", raising=False)
    return monkeypatch


def in_production(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ENVIRONMENT", "production")
    environment.setenv("PUBLIC_URL", "https://community.example.org")
    environment.setenv("AUTH_ISSUER", "https://login.example.org")
    environment.setenv("AUTH_JWKS_URL", "https://login.example.org/jwks")


def test_production_does_not_start_without_keys(environment: pytest.MonkeyPatch) -> None:
    in_production(environment)
    with pytest.raises(SettingsError, match="ISSUES_CONTACT_KEYS is missing"):
        read_settings(IssuesSettings)
    environment.setenv("ISSUES_CONTACT_KEYS", f"2026-11:{KEY}")
    masters = read_settings(IssuesSettings).masters
    assert (masters.current, masters.keys) == ("2026-11", {"2026-11": bytes(range(32))})


@pytest.mark.parametrize(
    "value",
    [KEY, f":{KEY}", "a:", "a:nonsense!", f"a:{KEY[:-8]}", f"a:{KEY},a:{OTHER}", ",", f"a b:{KEY}", f"a:{KEY},b"],
)
def test_keys_that_are_none_stop_the_start_and_are_not_shown(environment: pytest.MonkeyPatch, value: str) -> None:
    environment.setenv("ISSUES_CONTACT_KEYS", value)
    with pytest.raises(SettingsError) as refused:
        read_settings(IssuesSettings)
    assert str(refused.value).startswith("ISSUES_CONTACT_KEYS must")
    assert KEY[:10] not in str(refused.value)


def test_the_first_key_seals_and_all_open(environment: pytest.MonkeyPatch) -> None:
    masters = read_masters(f"new:{OTHER}, old:{KEY}")
    assert (masters.current, set(masters.keys)) == ("new", {"new", "old"})


def test_development_makes_one_for_itself_and_keeps_it(
    environment: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = read_settings(IssuesSettings)
    with caplog.at_level(logging.WARNING):
        first = settings.masters
    assert "development key" in caplog.text
    assert read_settings(IssuesSettings).masters == first
    [file] = (tmp_path / "state").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert KEY not in repr(settings)


@pytest.mark.parametrize(("days", "fine"), [("0", True), ("14", False), ("15", True), ("-1", False)])
def test_words_are_kept_while_a_case_may_be_reopened(environment: pytest.MonkeyPatch, days: str, fine: bool) -> None:
    environment.setenv("ISSUES_WORDS_DAYS", days)
    made: Any = None
    try:
        made = read_settings(IssuesSettings).words_days
    except SettingsError:
        assert not fine
    assert (made == int(days)) is fine


def test_validators_of_other_rooms_are_not_lost(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ISSUES_OFFICE_HOURS", "never")
    with pytest.raises(SettingsError, match="ISSUES_OFFICE_HOURS"):
        read_settings(IssuesSettings)
