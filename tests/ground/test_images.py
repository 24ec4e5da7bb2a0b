"""What an image leaves out is nothing that its service loads, now or later, and nothing that all images start with."""

import ast
import re
import subprocess
import sys
from functools import cache
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from services.topology import SERVICES

ROOT = Path(__file__).parents[2]
OF_ONE_SERVICE = {"confluent_kafka", "mutagen", "numpy", "ortools", "pikepdf", "PIL", "scipy", "segno", "sklearn"}
"""As deploy/Dockerfile takes them out of the images of the others."""
_OF_JOBS = {"confluent-kafka"}
"""Loaded by a command that runs in the image of issues alone."""


def test_the_commands_start_in_every_image() -> None:
    seen = "import sys, services.__main__; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, cwd=ROOT, check=True).stdout
    assert OF_ONE_SERVICE.isdisjoint(loaded.split())


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_has_every_library_that_its_service_imports(name: str) -> None:
    needed = {library for part in (name, "chassis", "contracts", "commands") for library in _imported(part)}
    left_out = _left_out(f"for-{name}")
    assert left_out, "the Dockerfile is read"
    assert needed & left_out <= (_OF_JOBS if name != "issues" else set())


def _left_out(stage: str) -> set[str]:
    """The libraries that were taken out up to `stage` of the Dockerfile."""
    text = (ROOT / "deploy" / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    [(base, body)] = re.findall(rf"^FROM (\S+) AS {stage}$(.*?)(?=^FROM|\Z)", text, re.MULTILINE | re.DOTALL)
    names = {name for line in re.findall(r"pip uninstall -y -q (.*)", body) for name in line.split()}
    return names if base == "whole" else names | _left_out(base)


@cache
def _imported(part: str) -> frozenset[str]:
    """The distributions that a part of the tree imports anywhere, with all that those require."""
    known = packages_distributions()
    modules = {
        module.partition(".")[0]
        for path in (ROOT / "services" / part).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for module in _modules(node)
    }
    return frozenset().union(
        *(_closure(canonicalize_name(name)) for module in modules for name in known.get(module, ()))
    )


def _modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []


@cache
def _closure(name: str) -> frozenset[str]:
    wanted = [Requirement(text) for text in requires(name) or ()]
    needed = [
        canonicalize_name(each.name) for each in wanted if each.marker is None or each.marker.evaluate({"extra": ""})
    ]
    return frozenset({name}).union(*(_closure(each) for each in needed))
