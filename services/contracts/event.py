"""Base classes of the event and state models: one declaration per event, everything else derived from it.

Rule of folding: a field that is present in an event's data replaces the field of the same name in the state of its
aggregate; a field that is absent leaves it. Whoever begins at `.state` and goes on with the facts therefore ends
with the same state as one who read every fact. `fold` is that rule; a property test holds every service to it. A fact
whose state is of another type than the one before carries all of it, and nothing stays of what stood there.

A reader sees the public fields only, so it reads with `published()`: the same class, its internal fields optional.
"""

import builtins
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict, create_model

from services.contracts.marks import Mark
from services.contracts.topics import Topic
from services.contracts.value import Value

M = TypeVar("M", bound="_Declared")

_EVENTS: dict[str, type["Event"]] = {}
_STATES: dict[str, type["State"]] = {}


class UnmarkedField(TypeError):
    """A field of an event or a state is neither public nor internal."""


def _mark(model: type[BaseModel], name: str) -> Mark:
    marks = [m for m in model.model_fields[name].metadata if isinstance(m, Mark)]
    if len(marks) != 1:
        raise UnmarkedField(f"{model.__name__}.{name}: mark it Public[...] or Internal[...]")
    return marks[0]


class _Declared(Value):
    model_config = ConfigDict(frozen=True, extra="ignore")

    type: ClassVar[str]
    topic: ClassVar[Topic]
    public_fields: ClassVar[frozenset[str]]
    internal_fields: ClassVar[frozenset[str]]
    _published: ClassVar[Any]

    def __init_subclass__(cls, **_: Any) -> None:
        """Class arguments are read once the fields are known, in `__pydantic_init_subclass__`."""
        super().__init_subclass__()

    @classmethod
    def _collect_marks(cls) -> None:
        marks = {name: _mark(cls, name) for name in cls.model_fields}
        cls.public_fields = frozenset(n for n, m in marks.items() if m is Mark.PUBLIC)
        cls.internal_fields = frozenset(n for n, m in marks.items() if m is Mark.INTERNAL)

    @classmethod
    def published(cls) -> builtins.type[Self]:
        """The model to read this with from its topic: its internal fields, never there, are None."""
        if "_published" not in cls.__dict__:
            absent: dict[str, Any] = {
                name: (Any, None) for name in cls.internal_fields if cls.model_fields[name].is_required()
            }
            cls._published = create_model(cls.__name__, __base__=cls, __doc__=cls.__doc__, **absent) if absent else cls
        published: builtins.type[Self] = cls._published
        return published

    @classmethod
    def aggregate_name(cls) -> str:
        """The aggregate the type speaks of: `case` in `cn.community.issues.case.reported.v1`."""
        return cls.type.split(".")[3]


class State(_Declared):
    """Public state of one aggregate, as the `.state` topic carries it. All its fields are public.

    Declared as `class CaseState(State, type="cn.community.issues.case.state.v1", topic=ISSUES)`.
    """

    @classmethod
    def __pydantic_init_subclass__(cls, type: str | None = None, topic: Topic | None = None, **_: Any) -> None:
        if type is None or topic is None:
            return
        cls.type, cls.topic = type, topic
        cls._collect_marks()
        if cls.internal_fields:
            raise UnmarkedField(f"{cls.__name__}: a state has public fields only")
        _register(_STATES, cls)


class Event(_Declared):
    """A fact. Its fields hold what changed and what a reader needs to understand it.

    Declared as `class CaseReported(Event, type="cn.community.issues.case.reported.v1", topic=ISSUES,
    state=CaseState)`. With `internal=True` the whole event stays in the journal.
    """

    state: ClassVar[type[State] | None]
    internal: ClassVar[bool]

    @classmethod
    def __pydantic_init_subclass__(
        cls,
        type: str | None = None,
        topic: Topic | None = None,
        state: type[State] | None = None,
        internal: bool = False,
        **_: Any,
    ) -> None:
        if type is None or topic is None:
            return
        cls.type, cls.topic, cls.state, cls.internal = type, topic, state, internal
        cls._collect_marks()
        _register(_EVENTS, cls)

    def data(self) -> dict[str, Any]:
        """The fields that were set, as JSON types: the journal's copy.

        Values inside a field are whole, for they replace as one.
        """
        return self.model_dump(mode="json", include=self.model_fields_set)

    def public_data(self) -> dict[str, Any]:
        """The fields that were set, without internal ones: the topic's copy."""
        return self.model_dump(mode="json", include=self.model_fields_set & self.public_fields)


def _register(registry: dict[str, type[M]], model: type[M]) -> None:
    known = registry.get(model.type)
    if known is not None and known.__qualname__ != model.__qualname__:
        raise TypeError(f"{model.type} is declared twice: {known.__name__} and {model.__name__}")
    registry[model.type] = model


def events() -> Mapping[str, type[Event]]:
    """Every declared event by its type."""
    return MappingProxyType(_EVENTS)


def states() -> Mapping[str, type[State]]:
    """Every declared state by its type."""
    return MappingProxyType(_STATES)


def fold(state: Mapping[str, Any], model: type[State], data: Mapping[str, Any]) -> dict[str, Any]:
    """The state after a fact: fields of `data` that the state has replace what was there."""
    return {**state, **{name: value for name, value in data.items() if name in model.public_fields}}
