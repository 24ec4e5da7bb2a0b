"""The commands in docs/operating.md are commands: what they name is there, and takes the arguments that they give."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from services.__main__ import _parser

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operating.md").read_text("utf-8")
QUOTED = sorted(set(re.findall(r"`([^`]+)`", PAGE)))
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]


@pytest.mark.parametrize("command", [each for each in QUOTED if "python -m services " in each])
def test_a_command_of_ours_is_one(command: str) -> None:
    words = shlex.split(command.partition("python -m services ")[2])
    assert _parser().parse_args(words).command


@pytest.mark.parametrize("command", [each for each in QUOTED if each.startswith("docker compose run")])
def test_it_runs_in_a_container_that_there_is(command: str) -> None:
    assert shlex.split(command)[4] in COMPOSE


@pytest.mark.parametrize("command", [each for each in QUOTED if each.startswith("make ")])
def test_a_target_is_one(command: str) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert command.split()[1] in targets


@pytest.mark.parametrize(
    "path", [each for word in QUOTED for each in word.split() if re.match(r"(deploy|tests)/", each)]
)
def test_a_path_leads_somewhere(path: str) -> None:
    assert (ROOT / path).exists()


def test_the_script_of_secrets_is_one() -> None:
    subprocess.run(["sh", "-n", "deploy/kubernetes/secrets.sh"], cwd=ROOT, check=True)


def test_every_setting_that_it_names_exists() -> None:
    known = "".join((ROOT / file).read_text("utf-8") for file in (".env.example", "deploy/compose/example.env"))
    named = set(re.findall(r"\b[A-Z]+_[A-Z_]+\b", PAGE))
    assert {name for name in named if name not in known} == set()
