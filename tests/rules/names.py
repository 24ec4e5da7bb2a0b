"""In one part of the house no two things share a name: who reads a name knows which thing is meant."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator

from tests.rules.tree import Module

PARTS = ("chassis", "issues", "volunteers", "events", "notify")


def twins(modules: Iterable[Module]) -> Iterator[str]:
    """The public classes that have the name of another one in the same service, or in the chassis."""
    seen: dict[tuple[str, str], list[str]] = defaultdict(list)
    for module in modules:
        part = module.path.split("/")[1]
        if part in PARTS:
            for node in module.syntax.body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    seen[part, node.name].append(f"{module.path}:{node.lineno}")
    for (part, name), places in seen.items():
        if len(places) > 1:
            yield f"{part} has {len(places)} things called {name}; say which each is: {', '.join(places)}"
