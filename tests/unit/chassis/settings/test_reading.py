"""What a start is told about its settings."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import Field

from services.chassis.kafka.access import for_client
from services.chassis.settings.service_settings import AuthSettings, ServiceSettings, SettingsError, read_settings

Given = Callable[..., None]

NEEDED = {"ENVIRONMENT": "test", "MONGODB_URL": "mongodb://all:secret@db", "KAFKA_BOOTSTRAP": "kafka:9092"}
PRODUCTION = {
    **NEEDED,
    "ENVIRONMENT": "production",
    "AUTH_ISSUER": "https://id.example.org",
    "AUTH_JWKS_URL": "https://id.example.org/jwks",
    "PUBLIC_URL": "https://community.example.org",
}


class GardenSettings(ServiceSettings, env_prefix="GARDEN_"):
    """A service of its own, with a setting of its own."""

    beds: int = 4
    plants: dict[str, int] = Field(default={"rose": 3})


class OtherSettings(ServiceSettings, env_prefix="OTHER_"):
    pass


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Given:
    """Replaces the whole environment."""

    def give(**variables: str) -> None:
        monkeypatch.setattr("os.environ", dict(variables))

    return give


def refusal(cls: type[AuthSettings] = GardenSettings) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings(cls)
    return str(caught.value)


def test_the_common_variables_serve_every_service(given: Given) -> None:
    given(**NEEDED)
    garden, other = read_settings(GardenSettings), read_settings(OtherSettings)
    assert garden.mongodb_url == other.mongodb_url == "mongodb://all:secret@db"
    assert (garden.database, other.database) == ("community_garden", "community_other")
    assert garden.service == "garden"


def test_a_services_own_variable_wins_for_it_alone(given: Given) -> None:
    given(**NEEDED, GARDEN_MONGODB_URL="mongodb://garden", GARDEN_DATABASE="plants", GARDEN_BEDS="7")
    garden, other = read_settings(GardenSettings), read_settings(OtherSettings)
    assert (garden.mongodb_url, garden.database, garden.beds) == ("mongodb://garden", "plants", 7)
    assert (other.mongodb_url, other.database) == ("mongodb://all:secret@db", "community_other")


@pytest.mark.parametrize("variable", ["DATABASE", "BEDS"])
def test_what_is_a_services_own_is_not_taken_from_a_shared_variable(given: Given, variable: str) -> None:
    given(**NEEDED, **{variable: "9"})
    garden = read_settings(GardenSettings)
    assert (garden.database, garden.beds) == ("community_garden", 4)


def test_the_environment_wins_over_the_file_and_the_prefix_over_both(given: Given, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "ENVIRONMENT=test\nMONGODB_URL=mongodb://file\nKAFKA_BOOTSTRAP=file:1\n"
        "LAG_RECORDS=1\nGARDEN_LAG_RECORDS=2\nDATABASE=wrong\n"
    )
    given(MONGODB_URL="mongodb://environment")
    settings = read_settings(GardenSettings, file)
    assert (settings.mongodb_url, settings.kafka_bootstrap) == ("mongodb://environment", "file:1")
    assert (settings.lag_records, settings.database) == (2, "community_garden")


def test_an_empty_variable_is_one_that_is_not_set(given: Given) -> None:
    given(**NEEDED, KAFKA_GROUP_INSTANCE="", AUTH_JWKS_URL="", GARDEN_DATABASE="")
    settings = read_settings(GardenSettings)
    assert (settings.kafka_group_instance, settings.auth_jwks_url) == (None, None)
    assert settings.database == "community_garden"


def test_everything_missing_is_named_in_one_sentence(given: Given) -> None:
    given()
    said = refusal()
    assert sorted(said.removesuffix(".").split("; ")) == [
        "ENVIRONMENT is missing",
        "KAFKA_BOOTSTRAP is missing",
        "MONGODB_URL is missing",
    ]


def test_a_token_needs_no_database(given: Given) -> None:
    given(ENVIRONMENT="development")
    assert read_settings(AuthSettings).development_issuer


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("ENVIRONMENT", "prod", "ENVIRONMENT must be 'development', 'test' or 'production'."),
        ("KAFKA_REPLICATION", "three", "KAFKA_REPLICATION must be a valid integer."),
        ("GARDEN_BEDS", "many", "GARDEN_BEDS must be a valid integer."),
        ("GARDEN_PLANTS", "{rose", "GARDEN_PLANTS is not valid JSON."),
        ("GARDEN_PLANTS", '{"rose": "red"}', "GARDEN_PLANTS must be a valid integer (at rose)."),
        ("LAG_RECORDS", "0", "LAG_RECORDS must be greater than or equal to 1."),
        ("RELAY_POLL_SECONDS", "inf", "RELAY_POLL_SECONDS must be less than or equal to 86400."),
        ("KAFKA_BOOTSTRAP", "kafka", "KAFKA_BOOTSTRAP must be host:port, several separated by commas."),
        ("KAFKA_BOOTSTRAP", "a:1,b:70000", "KAFKA_BOOTSTRAP must be host:port, several separated by commas."),
        (
            "AUTH_ISSUER",
            "https://id",
            "AUTH_JWKS_URL is missing: AUTH_ISSUER is set, and its keys must come from somewhere.",
        ),
        ("AUTH_JWKS_URL", "ftp://id", "AUTH_JWKS_URL must be an https:// or file:/// address."),
        ("AUTH_JWKS_URL", "file://relative", "AUTH_JWKS_URL must be an https:// or file:/// address."),
        ("OTLP_ENDPOINT", "collector:4318", "OTLP_ENDPOINT must be an http:// or https:// address."),
        ("RELAY_POLL_SECONDS", "11", "RELAY_POLL_SECONDS must not be longer than RELAY_LEASE_SECONDS."),
    ],
)
def test_what_is_wrong_is_said_by_name(given: Given, variable: str, value: str, said: str) -> None:
    given(**{**NEEDED, variable: value})
    assert refusal() == said


def test_a_secret_is_never_repeated(given: Given) -> None:
    given(**{**NEEDED, "MONGODB_URL": "mongo://root:hunter2@db"})
    said = refusal()
    assert said.startswith("MONGODB_URL must begin with mongodb://")
    assert "hunter2" not in said


def test_settings_do_not_print_the_database_address(given: Given) -> None:
    given(**NEEDED)
    assert "secret" not in repr(read_settings(GardenSettings))


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("KAFKA_BOOTSTRAPS", "KAFKA_BOOTSTRAP"),
        ("AUTH_JWKS_URI", "AUTH_JWKS_URL"),
        ("GARDEN_DATABSE", "GARDEN_DATABASE"),
    ],
)
def test_a_misspelt_variable_does_not_pass_unseen(given: Given, variable: str, meant: str) -> None:
    given(**NEEDED, **{variable: "x"})
    assert refusal() == f"{variable} is not a setting: {meant} is meant, it seems."


def test_variables_that_platforms_set_are_left_alone(given: Given) -> None:
    given(**NEEDED, GARDEN_SERVICE_HOST="10.0.0.1", GARDEN_PORT="tcp://10.0.0.1:80", KAFKA_PORT_9092_TCP="tcp://x",
          HTTP_PROXY="http://proxy", PATH="/bin")  # fmt: skip
    assert read_settings(GardenSettings).http_port == 8000


def test_production_starts_when_it_is_sound(given: Given) -> None:
    given(**PRODUCTION, CORS_ORIGINS="https://a.example.org, https://b.example.org", CORS_CREDENTIALS="true")
    settings = read_settings(GardenSettings)
    assert settings.cors_origins == ("https://a.example.org", "https://b.example.org")
    assert not settings.development_issuer


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("AUTH_ISSUER", "", "AUTH_ISSUER is missing"),
        ("AUTH_ISSUER", "urn:community:development", "AUTH_ISSUER is missing"),
        ("AUTH_JWKS_URL", "http://id.example.org/jwks", "AUTH_JWKS_URL must be https://"),
        ("PUBLIC_URL", "http://community.example.org", "PUBLIC_URL must be https://"),
        ("CORS_ORIGINS", "*", "CORS_ORIGINS must name each origin in production"),
        ("DEVELOPMENT_CLOCK", "clock", "DEVELOPMENT_CLOCK is set: production goes by the clock of its machines"),
    ],
)
def test_production_refuses_what_is_dangerous(given: Given, variable: str, value: str, said: str) -> None:
    given(**{**PRODUCTION, variable: value})
    assert refusal().startswith(said)


def test_credentials_for_any_origin_are_refused_everywhere(given: Given) -> None:
    given(**NEEDED, CORS_ORIGINS="*", CORS_CREDENTIALS="true")
    assert refusal().startswith("CORS_ORIGINS must name each origin when CORS_CREDENTIALS is on")


@pytest.mark.parametrize("origin", ["example.org", "https://example.org/", "https://example.org/path", "null"])
def test_an_origin_has_scheme_and_host_and_nothing_else(given: Given, origin: str) -> None:
    given(**NEEDED, CORS_ORIGINS=origin)
    assert refusal().startswith("CORS_ORIGINS must be origins such as")


def test_a_kafka_that_asks_who_comes_needs_a_name_and_a_password(given: Given) -> None:
    given(**NEEDED, KAFKA_SECURITY_PROTOCOL="SASL_SSL", KAFKA_USERNAME="garden")
    assert refusal() == "KAFKA_USERNAME and KAFKA_PASSWORD are missing: KAFKA_SECURITY_PROTOCOL asks for both."


@pytest.mark.parametrize("content", [None, "not a certificate"])
def test_a_file_that_is_no_certificate_stops_the_start(given: Given, tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    given(**NEEDED, KAFKA_SECURITY_PROTOCOL="SSL", KAFKA_CA_FILE=str(file))
    assert refusal().startswith("KAFKA_CA_FILE, KAFKA_CERTIFICATE_FILE and KAFKA_KEY_FILE must be readable PEM files")


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"])
def test_kafka_is_reached_as_the_settings_say(given: Given, protocol: str, mechanism: str) -> None:
    given(
        **NEEDED,
        KAFKA_SECURITY_PROTOCOL=protocol,
        KAFKA_SASL_MECHANISM=mechanism,
        KAFKA_USERNAME="garden",
        KAFKA_PASSWORD="roses",
    )
    settings = read_settings(GardenSettings)
    found = for_client(settings.kafka_access)
    assert found["security_protocol"] == protocol
    assert (found["ssl_context"] is not None) == protocol.endswith("SSL")
    said = (found.get("sasl_mechanism"), found.get("sasl_plain_username"), found.get("sasl_plain_password"))
    assert said == ((mechanism, "garden", "roses") if protocol.startswith("SASL") else (None, None, None))
    assert "roses" not in repr(settings)
