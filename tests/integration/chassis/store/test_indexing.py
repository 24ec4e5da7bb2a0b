"""An operator makes the indexes of a version before a service of that version starts, on a real server."""

import sys
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from pymongo import MongoClient

from deploy.local.ports import Claim
from services.__main__ import main
from services.topology import SERVICES

Ask = Callable[..., int]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, mongodb_url: str, database: str) -> Ask:
    """Gives the command with the settings that a job of a cluster has; it answers how it ended."""
    monkeypatch.setenv("ENVIRONMENT", "test")
    monkeypatch.setenv("KAFKA_BOOTSTRAP", "nobody:9092")
    monkeypatch.setenv("MONGODB_URL", mongodb_url)
    for name in SERVICES:
        monkeypatch.setenv(f"{name.upper()}_DATABASE", f"{database}_{name}")

    def asked(*words: str, **more: str) -> int:
        for variable, value in more.items():
            monkeypatch.setenv(variable, value)
        monkeypatch.setattr(sys, "argv", ["services", "indexes", *words])
        return main()

    return asked


def _there(url: str, database: str) -> dict[str, set[str]]:
    with MongoClient[dict[str, Any]](url) as client:
        store = client[database]
        return {name: _names(store[name].list_indexes()) for name in store.list_collection_names()}


def _names(indexes: Iterable[Any]) -> set[str]:
    return {index["name"] for index in indexes}


def test_each_service_has_its_own_and_again_changes_nothing(
    ask: Ask, mongodb_url: str, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(*SERVICES) == 0
    told = capsys.readouterr().out.splitlines()
    made = {name: _there(mongodb_url, f"{database}_{name}") for name in SERVICES}
    for name, line in zip(SERVICES, told, strict=True):
        count = sum(len(indexes - {"_id_"}) for indexes in made[name].values())
        assert line == f"{name}: {count} indexes are there"
    assert "inbox" in made["notify"]["notices"]
    assert "notices" not in made["issues"]
    assert ask("notify") == 0
    assert _there(mongodb_url, f"{database}_notify") == made["notify"]


def test_without_a_store_it_ends_with_a_sentence(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    nobody = Claim()
    away = f"mongodb://127.0.0.1:{nobody.port}/?serverSelectionTimeoutMS=200"
    assert ask("events", "--wait", "0.1", MONGODB_URL=away) == 1
    nobody.release()
    assert capsys.readouterr().err == "events: MongoDB did not answer within 0.1 s; ask again.\n"
