"""A service is a street of rooms: what may stand where, and who may import whom.

The order of the rooms is read from `app.py`: it is the order in which the function `rooms` there calls each room's
`room.py`. The package `shared` is no room; whatever stands in it may be imported by every room and imports none.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from tests.rules.tree import Module

AT_THE_ROOT = frozenset({"__init__", "app", "settings"})
IN_A_ROOM = frozenset({"__init__", "api", "domain", "reactions", "room", "settings", "store", "sweeps", "views"})
SHARED = "shared"
WHOLE = "app"
"""The folder of tests of what the rooms of a service do together."""


@dataclass(frozen=True)
class Street:
    """The files of one service and of its tests: the path of each, and its text where it is Python."""

    service: str
    files: Mapping[str, str]

    @property
    def base(self) -> str:
        return f"services/{self.service}/"

    @cached_property
    def rooms(self) -> tuple[str, ...]:
        """The rooms in the order in which `app.py` opens them."""
        path = f"{self.base}app.py"
        return tuple(dict.fromkeys(_opened(Module(path, self.files.get(path, "")), self.service)))

    @cached_property
    def folders(self) -> frozenset[str]:
        """The folders at the service's root."""
        return frozenset(path.split("/")[2] for path in self.inside() if path.count("/") > 2)

    def inside(self) -> Iterator[str]:
        """The files of the service itself."""
        return (path for path in self.files if path.startswith(self.base))

    def modules(self) -> Iterator[tuple[str, Module]]:
        """Each Python file that stands in a folder of the service, with that folder's name."""
        for path in self.inside():
            if path.endswith(".py") and path.count("/") > 2:
                yield path.split("/")[2], Module(path, self.files[path])


def _opened(app: Module, service: str) -> Iterator[str]:
    """The rooms whose `room.py` is called in the function `rooms` of `app`, in the order of the calls."""
    start = f"services.{service}."
    names = {bound: full for bound, full in _bound(app.syntax) if f"{full}.".startswith(start)}
    for function in app.syntax.body:
        if not isinstance(function, ast.FunctionDef) or function.name != "rooms":
            continue
        calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
        for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
            head, *rest = ast.unparse(call.func).split(".")
            parts = ".".join((names.get(head, ""), *rest)).split(".")
            if len(parts) > 3 and parts[3] == "room":
                yield parts[2]


def _bound(syntax: ast.Module) -> Iterator[tuple[str, str]]:
    """The names that imports bind in a module, each with what it stands for."""
    for node in syntax.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.asname, alias.name) for alias in node.names if alias.asname)


def against_the_order(street: Street) -> Iterator[str]:
    """A room imports only rooms that `app.py` opens before it; so there are no circles either."""
    place = {room: number for number, room in enumerate((SHARED, *street.rooms))}
    for room, module in street.modules():
        if room not in place:
            yield f"{module.path}: app.py opens no room {room}; call services.{street.service}.{room}.room in rooms()"
            continue
        for line, name in module.imports():
            parts = name.split(".")
            if parts[:2] != ["services", street.service] or parts[2] == room:
                continue
            if parts[2] not in place or place[parts[2]] > place[room]:
                yield (
                    f"{module.path}:{line} {room} imports {name}, which does not stand before it; "
                    f"let app.py hand it in, or move the code into the later of the two rooms"
                )


def loose(street: Street) -> Iterator[str]:
    """At a service's root stand only its rooms and the files that put them together."""
    for path in street.inside():
        parts = path.split("/")
        if len(parts) == 3 and (_stem(path) not in AT_THE_ROOT or not path.endswith(".py")):
            yield f"{path} stands loose; move it into the room whose noun it is about"


def strange_names(street: Street) -> Iterator[str]:
    """A room has the usual files, and the specials that the docstring of its `__init__.py` names in backticks."""
    for path in street.inside():
        room, *below = path.split("/")[2:]
        if not below or room == SHARED:
            continue
        name = _stem(below[0]) if path.endswith(".py") else below[0]
        if name in IN_A_ROOM:
            continue
        if f"`{name}`" not in _docstring(street.files.get(f"{street.base}{room}/__init__.py", "")):
            yield f"{path} has no usual name; say in the docstring of {room}/__init__.py what `{name}` is, or rename it"


def unmirrored(street: Street) -> Iterator[str]:
    """Tests stand in folders of the rooms' names; each file of rules has its own."""
    known = {*street.rooms, SHARED, WHOLE}
    tests = [path for path in street.files if path.startswith("tests/")]
    for path in tests:
        parts = path.split("/")
        if len(parts) == 4 and _is_test(path):
            yield f"{path} stands loose; move it to the folder of its room, or to {WHOLE}/ if it tests several together"
        elif len(parts) > 4 and parts[3] not in known and _is_test(path):
            yield f"{path}: {street.service} has no room {parts[3]}; name the folder as the room"
    for room, module in street.modules():
        wanted = f"tests/unit/{street.service}/{room}/test_{_stem(module.path)}.py"
        if module.path.split("/")[3] == "domain" and _has_rules(module) and wanted not in street.files:
            yield f"{module.path} has rules without a test of their own; write {wanted}"
    for room in street.rooms:
        folders = tuple(f"tests/{kind}/{street.service}/{room}/" for kind in ("unit", "integration"))
        if not any(path.startswith(folders) and _is_test(path) for path in tests):
            yield f"{street.base}{room} has no tests; write some in {' or '.join(folders)}"


def strange_to_the_chassis(paths: Iterable[str]) -> Iterator[str]:
    """Tests of the chassis stand in folders of its rooms' names."""
    every = list(paths)
    rooms = {path.split("/")[2] for path in every if path.startswith("services/chassis/") and path.count("/") > 2}
    for path in every:
        if path.startswith(("tests/unit/chassis/", "tests/integration/chassis/")) and path.count("/") > 3:
            folder = path.split("/")[3]
            if folder not in rooms and _is_test(path):
                yield f"{path}: the chassis has no room {folder}; name the folder as the room"


def _has_rules(module: Module) -> bool:
    return any(isinstance(node, ast.FunctionDef) and node.name[0] != "_" for node in module.syntax.body)


def _docstring(text: str) -> str:
    return ast.get_docstring(ast.parse(text)) or ""


def _is_test(path: str) -> bool:
    return path.endswith(".py") and PurePosixPath(path).name.startswith("test_")


def _stem(path: str) -> str:
    return PurePosixPath(path).stem
