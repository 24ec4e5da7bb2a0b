"""The types that a stranger's generator makes of the OpenAPI document compile strictly, and drive a case."""

import asyncio
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.principal import Role
from services.chassis.room import Room
from services.issues.app import service
from services.issues.settings import IssuesSettings
from tests.integration import standing
from tests.integration.issues.app.test_generated_client import minted
from tests.integration.issues.open311.serving import served
from tests.npm import node_modules
from tests.unit.issues.world import HERE, RESIDENT, STAFF, SUPERVISOR, person

PROGRAM = Path(__file__).parent / "typescript" / "case.ts"
PACKAGES = (
    "openapi-typescript@7.13.0",
    "openapi-fetch@0.17.0",
    "typescript@5.9.3",  # the generator works with this one, and
    "checker@npm:typescript@7.0.2",  # this one checks in a quarter of its time
    "@types/node@22.20.7",
)
"""The generator, the client that reads its types, two compilers, and what TypeScript knows of Node."""

STRICT = ("--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes", "--noUnusedLocals")
KIND = ("--module", "nodenext", "--target", "es2022", "--types", "node", "--outDir", ".")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the packages, and the program in it."""
    (tmp_path / "node_modules").symlink_to(node_modules("typescript-client-1", *PACKAGES))
    (tmp_path / "package.json").write_text('{"type": "module"}')
    shutil.copy(PROGRAM, tmp_path)
    return tmp_path


async def run(folder: Path, program: str, *arguments: str, **environment: str) -> str:
    """What a program of Node prints."""
    node = shutil.which("node")
    assert node is not None, "Node.js is needed to run what is generated"
    process = await asyncio.create_subprocess_exec(
        node,
        program,
        *arguments,
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0, printed.decode()
    return printed.decode()


async def test_it_compiles_and_drives_a_case_from_the_report_to_the_rating(
    opened: list[Room], settings: IssuesSettings, unit_and_houses: tuple[str, list[str]], folder: Path
) -> None:
    gateway: Any = standing.gateway(service, settings, standing.routers(opened))
    unit, houses = unit_and_houses
    handler, issuer = person("handler-1", Role.HANDLER, units=(unit,)), DevelopmentIssuer(settings)
    (folder / "openapi.json").write_text(json.dumps(gateway.app.openapi()))
    made = ("openapi.json", "--default-non-nullable=false", "--output", "schema.d.ts")
    await run(folder, "node_modules/openapi-typescript/bin/cli.js", *made)
    await run(folder, "node_modules/checker/bin/tsc", *STRICT, *KIND, PROGRAM.name)
    people = {"RESIDENT": RESIDENT, "STAFF": STAFF, "HANDLER": handler, "SUPERVISOR": SUPERVISOR}
    async with served(gateway.app) as base:
        printed = await run(
            folder,
            "case.js",
            BASE=base,
            COMMUNITY=HERE,
            PLACE=houses[0],
            UNIT=unit,
            **{name: minted(issuer, by) for name, by in people.items()},
        )
    came = json.loads(printed)
    assert "handle" in came.pop("can")
    assert came.pop("detail")
    assert came == {"status": "evaluated", "rating": 5, "place": houses[0], "code": "case.not-now"}
