"""A client that a stranger's generator makes of the OpenAPI document can be imported whole, and drives a case."""

import importlib
import json
import pkgutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.principal import Principal, Role
from services.chassis.room import Room
from services.issues.app import service
from services.issues.settings import IssuesSettings
from tests.integration import standing
from tests.unit.issues.world import HERE, RESIDENT, STAFF, SUPERVISOR, person

NAME = "generated_issues_client"
_UNFORMATTED = "post_hooks: []\n"


@pytest.fixture
def client(tmp_path: Path, gateway: Any) -> Iterator[ModuleType]:
    """The package that openapi-python-client makes of the document."""
    (tmp_path / "openapi.json").write_text(json.dumps(_of_our_own(gateway.app.openapi())))
    (tmp_path / "config.yaml").write_text(_UNFORMATTED)
    order = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    order += ["--path", "openapi.json", "--config", "config.yaml", "--output-path", NAME]
    subprocess.run(order, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    sys.path.insert(0, str(tmp_path))
    try:
        yield importlib.import_module(NAME)
    finally:
        sys.path.remove(str(tmp_path))
        for module in [name for name in sys.modules if name.partition(".")[0] == NAME]:
            del sys.modules[module]


def _of_our_own(document: dict[str, Any]) -> dict[str, Any]:
    """The document without Open311, which has clients of its own: of a form that comes in two encodings this generator
    makes a module that lacks an import."""
    paths = {path: each for path, each in document["paths"].items() if "/open311/" not in path}
    return {**document, "paths": paths}


def minted(issuer: DevelopmentIssuer, by: Principal) -> str:
    roles = [f"{community}:{role}" for community, role in by.duties]
    return issuer.mint(by.sub, roles, by.communities, [f"{community}:{unit}" for community, unit in by.posts])


@pytest.fixture
def gateway(opened: list[Room], settings: IssuesSettings) -> Any:
    return standing.gateway(service, settings, standing.routers(opened))


@pytest.fixture
def asked(client: ModuleType, gateway: Any, settings: IssuesSettings) -> Callable[..., Any]:
    """Calls an operation of the generated client as somebody; what came of it is a model of that client."""
    issuer, count = DevelopmentIssuer(settings), iter(range(1_000))

    async def ask(by: Principal, operation: str, *ids: str, **arguments: Any) -> Any:
        made = client.AuthenticatedClient(
            base_url="http://issues.test",
            token=minted(issuer, by),
            httpx_args={"transport": gateway},
        )
        if "body" in arguments:
            arguments["idempotency_key"] = f"key-{next(count)}"
        calls = importlib.import_module(f"{NAME}.api.{operation}")
        answer = await calls.asyncio_detailed(*ids, client=made, **arguments)
        assert answer.status_code < 300, answer.content
        return answer.parsed

    return ask


def test_every_module_of_it_can_be_imported(client: ModuleType) -> None:
    found = [each.name for each in pkgutil.walk_packages(client.__path__, f"{NAME}.")]
    for name in found:
        importlib.import_module(name)
    assert len(found) > 200


async def test_it_drives_a_case_from_the_report_to_the_verdict(
    client: ModuleType, asked: Callable[..., Any], unit_and_houses: tuple[str, list[str]]
) -> None:
    unit, houses = unit_and_houses
    models = importlib.import_module(f"{NAME}.models")
    handler = person("handler-1", Role.HANDLER, units=(unit,))
    report = models.Report(community=HERE, category="noise", place=houses[0], text="楼上装修很吵")
    case = (await asked(RESIDENT, "cases.post_cases", body=report)).id
    await asked(STAFF, "cases.post_cases_by_id_accept", case, body=models.Accept(title="装修噪声"))
    await asked(STAFF, "cases.post_cases_by_id_dispatch", case, body=models.Dispatch(unit=unit))
    await asked(handler, "cases.post_cases_by_id_start", case, body=models.Start())
    await asked(handler, "cases.post_cases_by_id_contact", case, body=models.ContactReporter())
    shown = await asked(handler, "cases.get_cases_by_id", case)
    assert "handle" in [each.command for each in shown.can]
    await asked(handler, "cases.post_cases_by_id_handle", case, body=models.Handle(note="已劝阻"))
    await asked(SUPERVISOR, "cases.post_cases_by_id_verify", case, body=models.Verify())
    rated = await asked(RESIDENT, "cases.post_cases_by_id_rate", case, body=models.Rate(rating=5))
    assert (rated.status, rated.rating, rated.place) == ("evaluated", 5, houses[0])
