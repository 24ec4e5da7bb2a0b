"""Reads the marks of fields that say what they hold of people (`marks.Holds`), whatever the depth.

From the same marks follow: whom a document names, what is left of it without somebody, and which field was forgotten.
Values are models, or the plain documents that stand for them in a store or on a topic.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel

from services.contracts.marks import CODE_PATTERN, Holds, Sort

ERASED = "erased"
"""Stands where the id of a person stood whom somebody must stand for."""

WORDS_GONE = "（已删除）"
"""Stands where words stood that can't be left out."""

_EACH = "[]"
_TEXT_FREE = (bool, int, float, bytes, NoneType, datetime, date, time, timedelta, Enum)
_THEIRS = frozenset({Sort.WORDS, Sort.PERSONAL})
_GONE = object()

_Ways: TypeAlias = "dict[str, _Ways]"
"""Steps from a value to what is marked in it, and from there; none where it is the marked value itself."""


@dataclass(frozen=True, slots=True)
class Held:
    """A marked field: the way to it (`[]` for each of several), and whether it may be left empty."""

    path: tuple[str, ...]
    sort: Sort
    optional: bool = False


@cache
def held(model: type[BaseModel]) -> tuple[Held, ...]:
    """Every marked field of `model` and of the models in it."""
    return tuple(found for found in _fields(model, (), (model,)) if isinstance(found, Held))


@cache
def unmarked(model: type[BaseModel]) -> tuple[str, ...]:
    """The fields that can hold text and don't say of whom, as `Model.field`."""
    return tuple(found for found in _fields(model, (), (model,), derived=True) if isinstance(found, str))


@cache
def _ways(model: type[BaseModel], sort: Sort) -> _Ways:
    """The ways to what is marked as `sort`, those that begin alike as one."""
    ways: _Ways = {}
    for each in held(model):
        if each.sort is sort:
            *steps, last = each.path
            below = ways
            for step in steps:
                below = below.setdefault(step, {})
            below[last] = {}
    return ways


def people(model: type[BaseModel], value: Any) -> set[str]:
    """The people whom `value`, a `model` or a document of one, names as those whom it concerns."""
    found: set[str] = set()
    _collect(value, _ways(model, Sort.PERSON), found)
    return found


def newly_named(model: type[BaseModel], before: BaseModel, after: BaseModel) -> set[str]:
    """The people whom `after` names and `before` did not. What both share is passed over, for it names nobody anew."""
    found: set[str] = set()
    for step, below in _ways(model, Sort.PERSON).items():
        stood, stands = getattr(before, step, None), getattr(after, step, None)
        if stands is stood:
            continue
        if _EACH in below and isinstance(stands, tuple) and isinstance(stood, tuple):
            same = set(map(id, stood))
            stands = tuple(item for item in stands if id(item) not in same)
        _collect(stands, below, found)
    return found - people(model, before) if found else found


def officers(model: type[BaseModel], value: Any) -> set[str]:
    """The people whom `value` names as those who acted in office."""
    found: set[str] = set()
    _collect(value, _ways(model, Sort.OFFICER), found)
    return found


def emptied(model: type[BaseModel], *sorts: Sort) -> dict[str, Any]:
    """For each field of `model` itself that holds one of `sorts`: what stands there once nothing does."""
    update: dict[str, Any] = {}
    for each in held(model):
        if each.sort in sorts and len(each.path) == 1:
            field = model.model_fields[each.path[0]]
            update[each.path[0]] = (
                WORDS_GONE if field.is_required() else field.get_default(call_default_factory=True, validated_data={})
            )
    return update


def without(model: type[BaseModel], document: Any, gone: Collection[str]) -> Any:
    """`document` of a `model` without the people of `gone`; None where it is about one of them alone."""
    left = document
    for each in held(model):
        if each.sort is Sort.PERSON:
            left = _stripped(left, each.path, gone, optional=each.optional)
            if left is _GONE:
                return None
    return left


def forgotten(model: type[BaseModel], document: Mapping[str, Any], person: str) -> dict[str, Any]:
    """`document` of a `model`, kept for its other facts: a stand-in for `person`, and none of what was theirs."""
    left: Any = document
    for each in held(model):
        if each.sort is Sort.PERSON:
            left = _replaced(left, each.path, lambda value, e=each: _other(value, person, e))
        elif each.sort in _THEIRS:
            left = _replaced(left, each.path, lambda value, e=each: _empty(value, e))
    return dict(left)


def wordless(model: type[BaseModel], document: Mapping[str, Any]) -> dict[str, Any]:
    """`document` of a `model` without the words and facts of the person whom it is about."""
    left: Any = document
    for each in held(model):
        if each.sort in _THEIRS:
            left = _replaced(left, each.path, lambda value, e=each: _empty(value, e))
    return dict(left)


def _other(value: Any, person: str, each: Held) -> Any:
    if isinstance(value, list):
        return [ERASED if item == person else item for item in value]
    if value != person:
        return value
    return None if each.optional else ERASED


def _empty(value: Any, each: Held) -> Any:
    if value is None or each.optional:
        return None
    return WORDS_GONE if isinstance(value, str) else type(value)()


def _collect(value: Any, ways: _Ways, found: set[str]) -> None:
    if not ways:
        if isinstance(value, str):
            found.add(value)
        elif value is not None:
            found.update(item for item in value if isinstance(item, str))
        return
    if value is None:
        return
    is_mapping = isinstance(value, Mapping)
    for step, below in ways.items():
        if step == _EACH:
            for item in value.values() if is_mapping else value:
                _collect(item, below, found)
            continue
        inner = value.get(step) if is_mapping else getattr(value, step, None)
        if not below and inner.__class__ is str:
            found.add(inner)
        elif inner:
            _collect(inner, below, found)


def _stripped(node: Any, path: tuple[str, ...], gone: Collection[str], *, optional: bool) -> Any:
    if not path:
        if isinstance(node, list):
            return [item for item in node if item not in gone]
        return _GONE if node in gone else node
    step, rest = path[0], path[1:]
    if step == _EACH and isinstance(node, list):
        kept = (_stripped(item, rest, gone, optional=optional) for item in node)
        return [item for item in kept if item is not _GONE]
    if not isinstance(node, Mapping) or node.get(step) is None:
        return node
    left = _stripped(node[step], rest, gone, optional=optional)
    if left is not _GONE:
        return {**node, step: left}
    return {**node, step: None} if optional and not rest else _GONE


def _replaced(node: Any, path: tuple[str, ...], change: Any) -> Any:
    if not path:
        return change(node)
    step, rest = path[0], path[1:]
    if step == _EACH:
        return [_replaced(item, rest, change) for item in node] if isinstance(node, list) else node
    if not isinstance(node, Mapping) or step not in node or (node[step] is None):
        return node
    return {**node, step: _replaced(node[step], rest, change)}


def _fields(
    model: type[BaseModel], path: tuple[str, ...], above: tuple[type, ...], *, derived: bool = False
) -> Iterator[Held | str]:
    for name, field in model.model_fields.items():
        annotation = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
        yield from _in(annotation, (*path, name), above, f"{model.__name__}.{name}", optional=not field.is_required())
    for name, computed in model.model_computed_fields.items() if derived else ():
        yield from _in(computed.return_type, (*path, name), above, f"{model.__name__}.{name}")


def _in(
    annotation: Any, path: tuple[str, ...], above: tuple[type, ...], where: str, *, optional: bool = False
) -> Iterator[Held | str]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        inner, *metadata = arguments
        marks = [each for each in metadata if isinstance(each, Holds)]
        if marks:
            yield Held(path, marks[0].sort, optional=NoneType in get_args(inner))
        elif inner is not str or not any(getattr(each, "pattern", None) == CODE_PATTERN for each in metadata):
            yield from _in(inner, path, above, where, optional=optional)
    elif origin in (Union, UnionType):
        nullable = NoneType in arguments
        for found in (each for arm in arguments for each in _in(arm, path, above, where)):
            yield Held(found.path, found.sort, nullable) if isinstance(found, Held) and found.path == path else found
    elif origin is Literal or (isinstance(annotation, type) and issubclass(annotation, _TEXT_FREE)):
        return
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation not in above:
            yield from _fields(annotation, path, (*above, annotation), derived=True)
    elif isinstance(origin, type) and issubclass(origin, Mapping):
        yield from _in(arguments[0], (*path, _EACH), above, where)
        yield from _in(arguments[1], (*path, _EACH), above, where)
    elif isinstance(origin, type) and issubclass(origin, Collection):
        for argument in arguments:
            if argument is not Ellipsis:
                yield from _in(argument, (*path, _EACH), above, where)
    else:
        yield where
