"""The files of this project, and Python modules as the checks see them."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Module:
    """One Python file. `path` is relative to the project, with slashes."""

    path: str
    text: str

    @cached_property
    def syntax(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the syntax."""
        return tuple(ast.walk(self.syntax))

    @cached_property
    def package(self) -> tuple[str, ...]:
        """The package whose relative imports mean something here."""
        return Path(self.path).parent.parts

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in self.nodes if isinstance(node, ast.Call))

    def imports(self) -> Iterator[tuple[int, str]]:
        """Line and full dotted name of everything imported, inside functions and type checking too."""
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = self.package[: len(self.package) - node.level + 1] if node.level else ()
                start = ".".join((*base, *((node.module,) if node.module else ())))
                yield from ((node.lineno, f"{start}.{alias.name}") for alias in node.names)


def files() -> list[str]:
    """Every file that is tracked or will be, relative to the project; without git, every file there is."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode == 0:
        return sorted(path for path in set(listed.stdout.split("\0")) if path and (ROOT / path).is_file())
    hidden = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return sorted(str(path) for path in hidden if not any(part in _NOT_OURS for part in path.parts))


_NOT_OURS = {".git", ".venv", ".cache", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}


def modules(*folders: str) -> list[Module]:
    """The Python files under `folders`."""
    paths = [path for path in files() if path.endswith(".py") and path.startswith(tuple(f"{f}/" for f in folders))]
    return [_module(path) for path in paths]


@cache
def _module(path: str) -> Module:
    """The file as it is: read, and parsed at its first use, once for all rules."""
    return Module(path, (ROOT / path).read_text(encoding="utf-8"))
