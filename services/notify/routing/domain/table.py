"""A table of routes: of an event, who is told what, and which messages it makes untrue.

A table is held to the models of the events that it names when it is read or saved: every field that a route asks for is
there, is public and is no person's id where words are made of it.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Self, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.contracts import activities, issues, volunteers
from services.contracts.event import Event, events
from services.contracts.holding import held
from services.contracts.marks import CODE_PATTERN, Id, Sort
from services.contracts.topics import NOTICES
from services.contracts.value import Value
from services.notify.routing.domain.kinds import KindName, KindRule

Path = Annotated[str, StringConstraints(pattern=r"^[a-z_]+(\[\]\.[a-z_]+)?$", max_length=80)]
"""A field of an event; `released[].person` is the field of each of several."""
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
SubjectOf = Literal["case", "wish", "activity", "need", "place"]
_STRICT = ConfigDict(frozen=True, extra="forbid")
DECLARED_IN = (issues, volunteers, activities)
"""The modules that declare the events which routes may name."""


class TableRefused(ValueError):
    """A route asks for what its event does not have."""


class Given(Value):
    """A value of a message: the `field` of the event, or another (`or`) where that is empty; or what it always `is`.

    With `equals` it is whether the field is that word, or a list that has it.
    """

    model_config = _STRICT

    field: Path | None = None
    otherwise: Path | None = Field(default=None, alias="or")
    equals: Annotated[str, StringConstraints(pattern=CODE_PATTERN)] | None = None
    always: bool | None = Field(default=None, alias="is")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.field is None) is (self.always is None) or (self.equals is not None and self.field is None):
            raise ValueError("give a field, a field and the word that it equals, or what the value always is")
        return self

    def of(self, event: Event) -> Any:
        """The value that this gives for `event`."""
        if self.field is None:
            return self.always
        paths = [self.field] if self.otherwise is None else [self.field, self.otherwise]
        value = next((value for path in paths for value in values(event, path)), None)
        if self.equals is None:
            return value
        return self.equals in map(str, value) if isinstance(value, list) else str(value) == self.equals


class Audience(Value):
    """The people whom an event concerns.

    `followers`: who reported or proposed the subject and who stands behind it; `field` names the first of them where
    the event does. `registrants`: who counts on an activity, seated or waiting. `volunteering`: who helps there.
    `building`, `age-band`, `team`: of these, `value` says which, or the event's `field`. `unless_volunteering`:
    without those who hear of it as volunteers of the event's `activity`.
    """

    model_config = _STRICT

    rule: Literal[
        "person",
        "followers",
        "registrants",
        "seated",
        "waiting",
        "volunteering",
        "duty",
        "team",
        "building",
        "age-band",
        "everyone",
    ]
    field: Path | None = None
    value: Id | None = None
    unless_volunteering: bool = False

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.rule == "person" and self.field is None:
            raise ValueError("name the field of the event that says who")
        if self.rule in ("team", "building", "age-band") and (self.field is None) is (self.value is None):
            raise ValueError("say which one, by value or by field")
        return self


class Subject(Value):
    """What a message speaks of; `field` of the event holds its id, if it is not the event's own aggregate."""

    model_config = _STRICT

    of: SubjectOf
    field: Path | None = None


class When(Value):
    """A condition: the `field` of the event says something, or with `among` one of these words."""

    model_config = _STRICT

    field: Path
    among: tuple[Annotated[str, StringConstraints(pattern=CODE_PATTERN)], ...] = ()

    def holds(self, event: Event) -> bool:
        """Whether it is so for `event`. Of a list, one of its words is enough; what is false says nothing."""
        found = [
            each for value in values(event, self.field) for each in (value if isinstance(value, list) else [value])
        ]
        return any(str(each) in self.among if self.among else bool(each) for each in found)


class Tell(Value):
    """Somebody is told something, `when` a condition holds. `ahead_of`: as long before that time as people are
    reminded."""

    model_config = _STRICT

    kind: KindName
    to: Audience
    when: When | None = None
    subject: Subject | None = None
    values: Mapping[Name, Given] = {}
    ahead_of: Path | None = None
    expires: Path | None = None


class Supersede(Value):
    """Messages of `kind` that speak of the same and wait are untrue now: to `whom`, or (None) to everybody; `when` a
    condition holds."""

    model_config = _STRICT

    kind: KindName
    whom: Path | None = None
    when: When | None = None


class Route(Value):
    """What follows from an event. `name` is the mark that its effects leave: it stays."""

    model_config = _STRICT

    event: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]{1,120}$")]
    name: Name
    supersede: tuple[Supersede, ...] = ()
    tell: tuple[Tell, ...] = ()

    @property
    def model(self) -> type[Event]:
        """The model of the event."""
        return events()[self.event]


class Table(Value):
    """Kinds and routes, one edition of them."""

    model_config = _STRICT

    edition: int = Field(ge=0)
    kinds: Mapping[KindName, KindRule] = {}
    routes: tuple[Route, ...] = ()

    def held_to(self, known: Mapping[str, KindRule]) -> Self:
        """This table, if it is right beside the kinds that are `known` from elsewhere.

        Raises:
            TableRefused: with the first thing that is not.
        """
        for trouble in troubles(self, {**known, **self.kinds}):
            raise TableRefused(trouble)
        return self


def values(event: BaseModel, path: str) -> list[Any]:
    """The values at `path`: one, or those of each of several; None is no value."""
    name, _, inner = path.partition("[].")
    found = getattr(event, name, None)
    if not inner:
        return [] if found is None else [found]
    return [value for each in found or () if (value := getattr(each, inner, None)) is not None]


def ids(event: BaseModel, path: str) -> list[str]:
    """The ids at `path`, those of a list among them."""
    found = values(event, path)
    return [str(each) for value in found for each in (value if isinstance(value, list) else [value])]


def kind_of(model: type[BaseModel], path: str) -> type:
    """The type of the values at `path`, where they are not None."""
    return next((kind for kind in _kinds_at(model, path) if kind is not NoneType), str)


def troubles(table: Table, kinds: Mapping[str, KindRule]) -> Iterator[str]:
    """What is wrong with `table`, a sentence each."""
    for route in table.routes:
        model = events().get(route.event)
        if model is None or model.internal or model.topic is NOTICES:
            yield f"{route.name}: {route.event} is no event that another service publishes"
            continue
        for each in route.supersede:
            if each.kind not in kinds:
                yield f"{route.name}: there is no kind {each.kind}"
            for path in (each.whom, None if each.when is None else each.when.field):
                if path is not None:
                    yield from _no_field(route, model, path)
        for tell in route.tell:
            if tell.kind not in kinds:
                yield f"{route.name}: there is no kind {tell.kind}"
            yield from _fields_of(route, model, tell)


def _fields_of(route: Route, model: type[Event], tell: Tell) -> Iterator[str]:
    asked = [each.field for each in (tell.to, tell.subject, tell.when) if each is not None]
    for path in (*asked, tell.expires, tell.ahead_of):
        if path is not None:
            yield from _no_field(route, model, path)
    for path in (tell.expires, tell.ahead_of):
        if path is not None and datetime not in _kinds_at(model, path):
            yield f"{route.name}: {path} of {route.event} is no time"
    for name, given in tell.values.items():
        if given.field is None:
            continue
        for path in (given.field, given.otherwise):
            if path is None:
                continue
            yield from _no_field(route, model, path)
            if "[]" in path or not _kinds_at(model, path) <= _WORDED or _is_person(model, path):
                yield f"{route.name}: {name} is made of {path}, which is no word, number or time for people"


_WORDED = frozenset({str, int, float, bool, date, datetime, NoneType})


def _no_field(route: Route, model: type[Event], path: str) -> Iterator[str]:
    name, _, inner = path.partition("[].")
    there = name in model.public_fields
    if there and inner:
        each = next((kind for kind in _kinds_at(model, name) if issubclass(kind, BaseModel)), None)
        there = each is not None and inner in each.model_fields
    if not there:
        yield f"{route.name}: {route.event} has no public field {path}"


def _kinds_at(model: type[BaseModel], name: str) -> frozenset[type]:
    """The types that a field can have, those of the members of a list among them."""
    field = model.model_fields.get(name.partition("[]")[0])
    return frozenset() if field is None else frozenset(_kinds_of(field.annotation))


def _kinds_of(annotation: Any) -> Iterator[type]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _kinds_of(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for arm in get_args(annotation):
            yield from _kinds_of(arm)
    elif origin is not None:
        for argument in get_args(annotation):
            yield from _kinds_of(argument) if argument is not Ellipsis else ()
    elif isinstance(annotation, type):
        yield next((kind for kind in (bool, str) if issubclass(annotation, kind)), annotation)


def _is_person(model: type[Event], name: str) -> bool:
    return any(each.path[0] == name and each.sort in (Sort.PERSON, Sort.OFFICER) for each in held(model))
