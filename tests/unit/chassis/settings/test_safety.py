"""Secrets in files, secrets that everybody knows, and proxies by name."""

from pathlib import Path

import pytest

from services.chassis.settings.published import SECRETS
from services.chassis.settings.service_settings import KafkaSettings, ServiceSettings, SettingsError, read_settings
from tests.unit.chassis.settings.test_reading import NEEDED, PRODUCTION, GardenSettings, Given, given, refusal

__all__ = ["given"]


def test_a_setting_may_stand_in_a_file(given: Given, tmp_path: Path) -> None:
    kept = tmp_path / "mongodb-url"
    kept.write_text("mongodb://garden:a-word@db/\n")
    without = {name: value for name, value in NEEDED.items() if name != "MONGODB_URL"}
    given(**without, MONGODB_URL_FILE=str(kept))
    assert read_settings(GardenSettings).mongodb_url == "mongodb://garden:a-word@db/"
    given(**without, GARDEN_MONGODB_URL_FILE=str(kept), MONGODB_URL_FILE=str(tmp_path / "none"))
    assert read_settings(GardenSettings).mongodb_url == "mongodb://garden:a-word@db/"
    given(**NEEDED, MONGODB_URL_FILE=str(kept))
    assert read_settings(GardenSettings).mongodb_url == NEEDED["MONGODB_URL"]


def test_an_empty_file_is_no_setting_and_a_missing_one_is_told(given: Given, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    without = {name: value for name, value in NEEDED.items() if name != "MONGODB_URL"}
    given(**without, MONGODB_URL_FILE=str(empty))
    assert refusal() == "MONGODB_URL is missing."
    given(**without, MONGODB_URL_FILE=str(tmp_path / "none"))
    assert refusal() == "MONGODB_URL_FILE names a file that can't be read."


def test_settings_whose_names_end_so_stay_what_they_are(given: Given, tmp_path: Path) -> None:
    given(**NEEDED, KAFKA_CA_FILE="", KAFKA_PASSWORD_FILE=str(tmp_path / "word"))
    (tmp_path / "word").write_text("a-word")
    assert read_settings(GardenSettings).kafka_password == "a-word"


@pytest.mark.parametrize("secret", sorted(SECRETS))
@pytest.mark.parametrize("environment", ["production", "test"])
def test_no_secret_that_was_ever_published_holds(given: Given, secret: str, environment: str, tmp_path: Path) -> None:
    base = {**PRODUCTION, "ENVIRONMENT": environment}
    told = "holds a secret that this project has published: make one of your own."
    given(**{**base, "MONGODB_URL": f"mongodb://garden:{secret.replace('=', '%3D')}@db"})
    assert refusal() == f"MONGODB_URL {told}"
    kept = tmp_path / "word"
    kept.write_text(secret)
    given(**base, KAFKA_PASSWORD_FILE=str(kept))
    assert refusal() == f"KAFKA_PASSWORD {told}"
    with pytest.raises(SettingsError, match="KAFKA_PASSWORD"):
        read_settings(KafkaSettings)
    given(**{**base, "ENVIRONMENT": "development", "AUTH_ISSUER": "", "AUTH_JWKS_URL": ""}, KAFKA_PASSWORD=secret)
    assert read_settings(GardenSettings).kafka_password == secret


@pytest.mark.parametrize(
    "proxies", ["10.1.2.3", "10.1.2.0/24, fd00:1::/64", "127.0.0.1,::1", "10.244.0.0/16", "11.0.0.0/8"]
)
def test_proxies_are_named(given: Given, proxies: str) -> None:
    given(**PRODUCTION, TRUSTED_PROXIES=proxies)
    assert read_settings(GardenSettings).trusted_proxies == proxies.replace(" ", "")


@pytest.mark.parametrize(
    "proxies",
    [
        "*",
        "0.0.0.0/0",
        "10.0.0.0/8",
        "10.1.2.3,172.16.0.0/12",
        "192.168.0.0/16",
        "::/0",
        "fc00::/7",
        "fc00::/6",
        "8.0.0.0/5",
    ],
)
def test_production_trusts_no_range_of_everybodys(given: Given, proxies: str) -> None:
    given(**PRODUCTION, TRUSTED_PROXIES=proxies)
    assert refusal() in {
        "TRUSTED_PROXIES must name the proxies, not a whole private range.",
        "TRUSTED_PROXIES must name each proxy, by address or network, not *.",
    }


@pytest.mark.parametrize("proxies", ["edge", "10.0.0.1/8", "10.0.0", "*,10.0.0.1", "10.0.0.1;10.0.0.2"])
def test_what_is_no_address_is_told(given: Given, proxies: str) -> None:
    given(**NEEDED, TRUSTED_PROXIES=proxies)
    assert refusal().startswith("TRUSTED_PROXIES must ")


def test_the_default_trusts_this_machine_alone() -> None:
    assert ServiceSettings.model_fields["trusted_proxies"].default == "127.0.0.1"
