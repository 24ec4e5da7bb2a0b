"""The arrows of the house point one way."""

import re
import sys

import pytest

from tests.rules import imports
from tests.rules.tree import ROOT, Module, modules


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("services/issues/api/cases.py", "from services.events.activities.domain import activity"),
        ("services/issues/app.py", "import services.notify.app"),
        ("services/issues/app.py", "from ..volunteers import store"),
        ("services/issues/app.py", "from services import events"),
        ("services/issues/app.py", "def late() -> None:\n    from services.events import store"),
        ("services/issues/app.py", "from services.topology import SERVICES"),
        ("services/issues/app.py", "from tests.unit.world import Case"),
        ("services/chassis/store/aggregates.py", "from services.issues.domain.cases import Case"),
        ("services/chassis/store/aggregates.py", "from ...events.domain import series"),
        ("services/chassis/http/app.py", "from services.topology import SERVICES"),
        ("services/contracts/issues/cases.py", "from services.chassis.errors import CommunityError"),
        ("services/contracts/issues/cases.py", "from deploy.local.trouble import Trouble"),
    ],
)
def test_an_import_against_the_arrows_is_caught(path: str, text: str) -> None:
    assert list(imports.wrong_way(Module(path, text)))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "services/issues/api/cases.py",
            "from services.issues.domain import cases\nfrom services.chassis import store",
        ),
        ("services/issues/api/cases.py", "from ..domain import cases\nfrom . import views"),
        ("services/chassis/store/aggregates.py", "from services.contracts.event import Event"),
        ("services/contracts/issues/cases.py", "from services.contracts.marks import Id\nfrom datetime import date"),
        ("services/topology.py", "import services.issues.app\nimport services.events.app"),
        ("services/commands/run.py", "from services.topology import SERVICES"),
        ("tests/e2e/test_thread.py", "import services.issues.app\nimport services.events.app"),
    ],
)
def test_an_import_along_the_arrows_passes(path: str, text: str) -> None:
    assert list(imports.wrong_way(Module(path, text))) == []


def test_all_imports_go_along_the_arrows() -> None:
    told = [found for module in modules("services") for found in imports.wrong_way(module)]
    assert not told, "\n".join(told)


@pytest.mark.parametrize(
    "text",
    [
        "import fastapi",
        "from motor.motor_asyncio import AsyncIOMotorClient",
        "from pymongo import UpdateOne",
        "from starlette.requests import Request",
        "from faststream.kafka import KafkaBroker",
        "import aiokafka.errors",
        "from services.chassis.store.aggregates import Stored",
        "from services.chassis.clock import now",
        "from services.issues.store import OPEN_CASES",
    ],
)
@pytest.mark.parametrize(
    "path",
    [
        "services/issues/domain/cases.py",
        "services/issues/domain.py",
        "services/issues/cases/domain/clock.py",
        "services/issues/cases/domain.py",
        "services/issues/shared/values.py",
    ],
)
def test_a_framework_in_the_domain_is_caught(path: str, text: str) -> None:
    assert list(imports.impure_domain(Module(path, text)))


def test_an_import_of_the_store_beside_it_is_caught() -> None:
    text = "from ..store import OPEN_CASES"
    assert list(imports.impure_domain(Module("services/issues/cases/domain/clock.py", text)))
    assert list(imports.impure_domain(Module("services/issues/domain/clock.py", text)))


@pytest.mark.parametrize("text", ["import fastapi", "from services.chassis.clock import utc_now"])
def test_a_pure_module_of_the_chassis_is_held_to_the_same(text: str) -> None:
    assert list(imports.impure_domain(Module("services/chassis/values.py", text)))
    assert list(imports.impure_domain(Module("services/chassis/sweeper.py", text))) == []


@pytest.mark.parametrize(
    "text",
    [
        "from pydantic import BaseModel\nfrom services.chassis.errors import Refused\nfrom .words import Word",
        "from services.chassis.values import Line\nfrom services.chassis import recurrence",
        "from services.issues.places.domain import Place\nfrom services.issues.places.domain.grid import Cell",
        "from services.issues.shared.values import Floor",
    ],
)
def test_a_pure_domain_passes(text: str) -> None:
    assert list(imports.impure_domain(Module("services/issues/cases/domain/clock.py", text))) == []


def test_what_is_no_domain_may_import_frameworks() -> None:
    assert list(imports.impure_domain(Module("services/issues/api/cases.py", "import fastapi"))) == []


def test_every_domain_is_pure() -> None:
    told = [found for module in modules("services") for found in imports.impure_domain(module)]
    assert not told, "\n".join(told)


@pytest.mark.parametrize("text", ["import motor", "from pymongo.errors import PyMongoError", "from bson import Binary"])
def test_a_back_door_to_the_driver_is_caught(text: str) -> None:
    assert list(imports.back_door_to_the_driver(Module("services/chassis/store/aggregates.py", text)))
    assert list(imports.back_door_to_the_driver(Module("services/chassis/store/mongo.py", text))) == []


def test_the_driver_has_one_door() -> None:
    told = [found for module in modules("services") for found in imports.back_door_to_the_driver(module)]
    assert not told, "\n".join(told)


def _declared() -> frozenset[str]:
    lines = (ROOT / "requirements.in").read_text().splitlines()
    return frozenset(re.split(r"[\[<>=~ ;]", line)[0].lower() for line in lines if line and line[0] not in "#-")


def test_an_undeclared_package_is_caught() -> None:
    standard = frozenset(sys.stdlib_module_names)
    module = Module("services/issues/app.py", "import requests\nimport json\nfrom PIL import Image\nimport starlette")
    assert list(imports.undeclared(module, frozenset({"pillow", "fastapi"}), standard)) == [
        "services/issues/app.py:1 imports requests, which requirements.in doesn't name"
    ]


def test_every_package_that_the_services_import_is_declared() -> None:
    declared, standard = _declared(), frozenset(sys.stdlib_module_names)
    found = [each for module in modules("services") for each in imports.undeclared(module, declared, standard)]
    assert not found, "\n".join(found)
