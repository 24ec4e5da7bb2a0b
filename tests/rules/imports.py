"""Who may import whom."""

from collections.abc import Iterator, Sequence

from tests.rules.tree import Module

SERVICES = ("issues", "volunteers", "events", "notify")

_DRIVER_DOOR = "services/chassis/store/mongo.py"
_DRIVER = ("motor", "pymongo", "bson", "gridfs")
_NOT_IN_DOMAIN = (*_DRIVER, "fastapi", "starlette", "faststream", "aiokafka", "uvicorn", "httpx", "pydantic_settings")
PURE = ("aggregate", "calendar", "errors", "principal", "recurrence", "values", "words")
"""The modules of the chassis that a domain may import. They are as pure as a domain themselves."""

COMES_WITH = {
    "starlette": "fastapi",
    "pymongo": "motor",
    "bson": "motor",
    "pydantic_core": "pydantic",
    "cryptography": "pyjwt",
    "markupsafe": "jinja2",
    "numpy": "ortools",
    "chinese_calendar": "chinesecalendar",
    "lunar_python": "lunar-python",
    "scipy": "scikit-learn",
    "sklearn": "scikit-learn",
    "httptools": "uvicorn",
    "uvloop": "uvicorn",
    "jwt": "pyjwt",
    "fpdf": "fpdf2",
    "fontTools": "fonttools",
    "PIL": "pillow",
    "dateutil": "python-dateutil",
    "multipart": "python-multipart",
}
"""Packages that another one brings or that are installed under another name."""


def wrong_way(module: Module) -> Iterator[str]:
    """A service → chassis, contracts; chassis → contracts; contracts → nothing of ours."""
    home = _room(module.path)
    if home is None:
        return
    for line, name in module.imports():
        target = _target(name)
        if target is not None and target not in _allowed(home):
            yield f"{module.path}:{line} {home} imports {name}"


def _room(path: str) -> str | None:
    """The part of `services/` that a file belongs to; None for what puts the parts together."""
    parts = path.split("/")
    return parts[1] if len(parts) > 2 and parts[0] == "services" and parts[1] in _ROOMS else None


_ROOMS = (*SERVICES, "chassis", "contracts")


def _target(name: str) -> str | None:
    """The part that an import reaches: of ours, so that whatever puts the parts together may not be reached either."""
    parts = name.split(".")
    return parts[1] if parts[0] == "services" and len(parts) > 1 else parts[0] if parts[0] in _OURS else None


_OURS = ("services", "deploy", "tests")


def _allowed(home: str) -> tuple[str, ...]:
    if home == "contracts":
        return ("contracts",)
    return ("chassis", "contracts") if home == "chassis" else (home, "chassis", "contracts")


def impure_domain(module: Module) -> Iterator[str]:
    """A domain knows no framework, no store, no network; of the chassis its pure modules, of its service domains."""
    parts = module.path.removesuffix(".py").split("/")
    if not _is_domain(parts) and parts[:2] != ["services", "chassis"]:
        return
    if parts[1] == "chassis" and parts[2] not in PURE:
        return
    for line, name in module.imports():
        here = name.split(".")
        chassis = here[:2] == ["services", "chassis"] and here[2] not in PURE
        own = parts[1] in SERVICES and here[:2] == ["services", parts[1]] and not _is_domain(here)
        if here[0] in _NOT_IN_DOMAIN or chassis or own:
            yield f"{module.path}:{line} the domain imports {name}; let the caller hand in what is needed of it"


def _is_domain(parts: Sequence[str]) -> bool:
    """Whether a module, by its dotted parts, holds pure rules: `domain` of a service or room, or `shared/values`."""
    pure = "domain" in parts[2:4] or parts[2:4] == ["shared", "values"]
    return parts[0] == "services" and len(parts) > 2 and parts[1] in SERVICES and pure


def back_door_to_the_driver(module: Module) -> Iterator[str]:
    """Motor and PyMongo are known to one module of the services."""
    if not module.path.startswith("services/") or module.path == _DRIVER_DOOR:
        return
    for line, name in module.imports():
        if name.split(".")[0] in _DRIVER:
            yield f"{module.path}:{line} imports {name}; {_DRIVER_DOOR} offers what is needed"


def undeclared(module: Module, declared: frozenset[str], standard: frozenset[str]) -> Iterator[str]:
    """What the services import is in requirements.in, under the name of its distribution."""
    for line, name in module.imports():
        top = name.split(".")[0]
        distribution = COMES_WITH.get(top, top).replace("_", "-").lower()
        covered = any(each == distribution or each.startswith(f"{distribution}-") for each in declared)
        if top not in standard and top not in _OURS and not covered:
            yield f"{module.path}:{line} imports {name}, which requirements.in doesn't name"
