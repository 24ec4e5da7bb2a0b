"""Containers are used where an engine of this machine has what it takes, and nowhere else."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import docker
import pytest
from docker.errors import APIError, DockerException, ImageNotFound

from deploy.local.containers import KAFKA_IMAGE, MONGODB_IMAGE, KafkaContainer, MongoContainer, usable


@dataclass
class Engine:
    """What an engine answers; `registry` is what it can get."""

    images_here: set[str] = field(default_factory=set)
    registry: set[str] = field(default_factory=set)
    base_url: str = "http+docker://localhost"
    pulled: list[str] = field(default_factory=list)

    @property
    def api(self) -> SimpleNamespace:
        return SimpleNamespace(base_url=self.base_url)

    @property
    def images(self) -> "Engine":
        return self

    def ping(self) -> bool:
        return True

    def get(self, image: str) -> None:
        if image not in self.images_here:
            raise ImageNotFound(image)

    def pull(self, image: str) -> None:
        if image not in self.registry:
            raise APIError("refused", explanation="no such host")
        self.pulled.append(image)

    def close(self) -> None:
        pass


BOTH = {MONGODB_IMAGE, KAFKA_IMAGE}


def _with(monkeypatch: pytest.MonkeyPatch, engine: Engine) -> Engine:
    monkeypatch.setattr(docker.DockerClient, "from_env", lambda **_: engine)
    return engine


def test_an_engine_with_both_images_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = _with(monkeypatch, Engine(images_here=BOTH))
    assert usable()
    assert usable(pull=True)
    assert engine.pulled == []


def test_no_engine_is_no_reason_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise DockerException("Error while fetching server API version")

    monkeypatch.setattr(docker.DockerClient, "from_env", refuse)
    assert not usable()


def test_images_are_pulled_ahead_of_the_tests_only(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = _with(monkeypatch, Engine(images_here={MONGODB_IMAGE}, registry=BOTH))
    assert not usable()
    assert usable(pull=True)
    assert engine.pulled == [KAFKA_IMAGE]


def test_an_engine_without_a_registry_is_told_and_passed_over(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _with(monkeypatch, Engine())
    assert not usable(pull=True)
    assert "can't get mongo:8.0 (no such host): going on without it." in capsys.readouterr().err


def test_an_engine_elsewhere_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    _with(monkeypatch, Engine(images_here=BOTH, base_url="http://build.example:2375"))
    assert not usable()


def test_both_listen_on_the_loopback_port_under_which_they_are_known() -> None:
    mongodb, kafka = MongoContainer(), KafkaContainer()
    assert mongodb.url == f"mongodb://127.0.0.1:{mongodb.port}/?replicaSet=rs0"
    assert kafka.bootstrap == f"127.0.0.1:{kafka.port}"
    assert mongodb.port != kafka.port
