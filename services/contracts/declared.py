"""Everything that is declared: the event and state models of all services, loaded from the module of each topic."""

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from itertools import pairwise
from pkgutil import iter_modules
from typing import Any, TypeAlias, get_args

from pydantic import BaseModel

from services.contracts.event import Event, State, events, states
from services.contracts.topics import TOPICS, Topic

Declaration: TypeAlias = type[Event] | type[State]


def declarations() -> list[Declaration]:
    """Every model that reaches a topic, by type. Events that stay in their service's journal are left out."""
    modules = {_module(topic) for topic in TOPICS}
    for module in modules:
        import_whole(module)
    published: list[Declaration] = [event for event in events().values() if not event.internal]
    published += states().values()
    return sorted((model for model in published if _home(model) in modules), key=lambda model: model.type)


def import_whole(name: str) -> None:
    """Import the module of a topic, and every part of it: what nobody has imported yet is declared all the same."""
    module = import_module(name)
    for part in iter_modules(getattr(module, "__path__", ()), f"{name}."):
        import_module(part.name)


def _home(model: Declaration) -> str:
    """The module of a topic, also where it is a package and the model is declared in a part of it."""
    return ".".join(model.__module__.split(".")[:3])


def _module(topic: Topic) -> str:
    return f"services.contracts.{topic.name.split('.')[1]}"


def channel_of(model: Declaration) -> str:
    """The name of the topic that carries `model`."""
    return model.topic.state if issubclass(model, State) else model.topic.name


def summary_of(model: type[BaseModel]) -> str:
    """The first paragraph of the docstring, on one line."""
    return " ".join(inspect.cleandoc(model.__doc__ or "").split("\n\n")[0].split())


def description_of(model: type[BaseModel]) -> str:
    """The docstring, with one line a paragraph."""
    paragraphs = inspect.cleandoc(model.__doc__ or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def models_within(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """`model` and the models of its fields, however deep."""
    seen: set[type[BaseModel]] = set()
    waiting: list[Any] = [model]
    while waiting:
        annotation = waiting.pop()
        waiting += get_args(annotation)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in seen:
            seen.add(annotation)
            yield annotation
            waiting += [field.annotation for field in annotation.model_fields.values()]


def field_docs(model: type[BaseModel]) -> dict[str, str]:
    """The sentences below the fields, by field."""
    docs: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if issubclass(base, BaseModel) and base.__module__ == model.__module__:
            docs |= _own_field_docs(base)
    return docs


@cache
def _own_field_docs(model: type[BaseModel]) -> dict[str, str]:
    declared = _classes_of(model.__module__).get(model.__qualname__)
    return {
        field.target.id: " ".join(text.value.value.split())
        for field, text in pairwise(declared.body if declared else ())
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


@cache
def _classes_of(module: str) -> dict[str, ast.ClassDef]:
    """The classes that a module's source declares, by qualified name. A module is parsed once for all its models."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except (KeyError, OSError, TypeError):
        return {}
    return dict(_classes_below(tree, ""))


def _classes_below(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.ClassDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield f"{prefix}{child.name}", child
            yield from _classes_below(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _classes_below(child, f"{prefix}{child.name}.<locals>.")
        else:
            yield from _classes_below(child, prefix)
