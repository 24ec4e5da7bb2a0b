"""What no module may say."""

import ast
import re
from collections.abc import Iterator

from tests.rules.tree import Module

_CLOCK = "services/chassis/clock.py"
_TOPICS = "services/contracts/topics.py"
_TOPIC = re.compile(r"^community\.[a-z]+\.v\d+(\.state|\.dlq)?$")
_LINES = 400


def own_clock(module: Module) -> Iterator[str]:
    """The time of day is passed in; one module of the services asks the machine for it."""
    if not module.path.startswith("services/") or module.path == _CLOCK:
        return
    for call in module.calls():
        if _reads_the_clock(call):
            yield f"{module.path}:{call.lineno} asks the machine for the time; only {_CLOCK} does"


def naive_time(module: Module) -> Iterator[str]:
    """No time of day without a zone, anywhere."""
    for call in module.calls():
        if _reads_the_clock(call) and (_method(call) in {"utcnow", "today"} or not (call.args or call.keywords)):
            yield f"{module.path}:{call.lineno} makes a time without a zone"


def _reads_the_clock(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in {"now", "utcnow", "today"}:
        return False
    owner = call.func.value
    name = owner.attr if isinstance(owner, ast.Attribute) else owner.id if isinstance(owner, ast.Name) else ""
    return name in {"datetime", "date"}


def _method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def bare_except(module: Module) -> Iterator[str]:
    """Whoever catches says what."""
    for node in module.nodes:
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            yield f"{module.path}:{node.lineno} catches everything"


def stray_print(module: Module) -> Iterator[str]:
    """Services log; only commands talk to a terminal."""
    command = re.search(r"(^|/)(commands/\w+|__main__|cli|\w+_command)\.py$", module.path)
    if not module.path.startswith("services/") or command:
        return
    for call in module.calls():
        if isinstance(call.func, ast.Name) and call.func.id == "print":
            yield f"{module.path}:{call.lineno} prints"


def topic_by_hand(module: Module) -> Iterator[str]:
    """The names of topics are written once."""
    if not module.path.startswith(("services/", "deploy/")) or module.path == _TOPICS:
        return
    for node in module.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _TOPIC.match(node.value):
            yield f"{module.path}:{node.lineno} writes the topic {node.value!r}; it comes from {_TOPICS}"


def assertion_in_product(module: Module) -> Iterator[str]:
    """Python may be told to leave assertions out, so nothing may depend on one."""
    if not module.path.startswith("services/"):
        return
    for node in module.nodes:
        if isinstance(node, ast.Assert):
            yield f"{module.path}:{node.lineno} asserts"


def text_of_any_kind(module: Module) -> Iterator[str]:
    """A type of free text refuses control characters, by `Plain`; one with a pattern says itself what it takes."""
    if not module.path.startswith("services/") or module.path.startswith("services/contracts/"):
        return
    for node in module.nodes:
        if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Tuple):
            continue
        parts = node.slice.elts
        free = any(
            isinstance(part, ast.Call)
            and isinstance(part.func, ast.Name)
            and part.func.id == "StringConstraints"
            and not any(keyword.arg == "pattern" for keyword in part.keywords)
            for part in parts
        )
        if free and not any(isinstance(part, ast.Name) and part.id == "Plain" for part in parts):
            yield f"{module.path}:{node.lineno} takes control characters; add Plain"


def guessed_setting(module: Module) -> Iterator[str]:
    """A setting is read by its name, of settings whose type is known: a rename is seen by the type checker."""
    if not module.path.startswith("services/"):
        return
    for call in module.calls():
        guesses = isinstance(call.func, ast.Name) and call.func.id in {"getattr", "hasattr"} and bool(call.args)
        if guesses and "settings" in ast.unparse(call.args[0]).lower() and not _reads_a_field(call):
            yield f"{module.path}:{call.lineno} guesses a setting"
    for node in module.nodes:
        if isinstance(node, ast.AnnAssign | ast.arg) and node.annotation is not None:
            name = node.arg if isinstance(node, ast.arg) else ast.unparse(node.target)
            if name == "settings" and ast.unparse(node.annotation) == "Any":
                yield f"{module.path}:{node.lineno} takes settings of any type"


def _reads_a_field(call: ast.Call) -> bool:
    """Whether the name is worked out from the settings' own fields, and no default stands in for a missing one."""
    return len(call.args) == 2 and not isinstance(call.args[1], ast.Constant)


def particulars_of_a_mapping(module: Module) -> Iterator[str]:
    """What a notice mentions is named field by field: in a mapping, a name that is wrong would be lost."""
    if not module.path.startswith("services/"):
        return
    for call in module.calls():
        named = isinstance(call.func, ast.Name) and call.func.id in {"Particulars", "CaseKnown", "WishKnown"}
        if named and any(keyword.arg is None for keyword in call.keywords):
            yield f"{module.path}:{call.lineno} builds particulars of a mapping; name them"


def unchecked_copy(module: Module) -> Iterator[str]:
    """What is copied with changes is a Value: nobody makes the copies of a plain model, or changes a frozen one."""
    if not module.path.startswith("services/") or module.path == "services/contracts/value.py":
        return
    for node in module.nodes:
        if isinstance(node, ast.FunctionDef) and node.name == "model_copy":
            yield f"{module.path}:{node.lineno} makes copies of its own"
        if isinstance(node, ast.Attribute) and node.attr == "model_copy" and ast.unparse(node.value) == "BaseModel":
            yield f"{module.path}:{node.lineno} copies past the checks"


def too_long(module: Module) -> Iterator[str]:
    """A file can be read in one sitting."""
    lines = module.text.count("\n")
    if lines > _LINES:
        yield f"{module.path} has {lines} lines, more than {_LINES}"
