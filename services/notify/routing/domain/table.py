"""A table of routes: for each event, the people who are told something, and the waiting messages that it makes untrue.

A table is checked against the models of its events when it is read or saved: every field that a route names must exist
and be public, and must not be a person's id where a message shows it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Self, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.chassis.words import Worded
from services.contracts import activities, issues, volunteers
from services.contracts.event import Event, events
from services.contracts.holding import held
from services.contracts.marks import CODE_PATTERN, Id, Sort
from services.contracts.topics import ACTIVITIES, NOTICES
from services.contracts.value import Value
from services.notify.routing.domain.kinds import KindName, KindRule
from services.notify.shared.values import AgeBand

Path = Annotated[str, StringConstraints(pattern=r"^[a-z_]+(\[\]\.[a-z_]+)?$", max_length=80)]
"""The path of a field of an event; `released[].person` is the field of each item of a list."""
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
SubjectOf = Literal["case", "wish", "activity", "need", "place"]
_STRICT = ConfigDict(frozen=True, extra="forbid")
DECLARED_IN = (issues, volunteers, activities)
"""The modules that declare the events which routes may name."""


class TableRefused(ValueError):
    """A route names something that its event does not have, as `trouble` says."""

    def __init__(self, trouble: Worded) -> None:
        super().__init__(trouble)
        self.trouble = trouble


class Given(Value):
    """A value of a message: the `field` of the event, or the field `or` where that is empty; or the constant `is`.

    With `equals` the value is true if the field is that word, or a list that contains it.
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
        """The value for `event`."""
        if self.field is None:
            return self.always
        paths = [self.field] if self.otherwise is None else [self.field, self.otherwise]
        value = next((value for path in paths for value in values(event, path)), None)
        if self.equals is None:
            return value
        return self.equals in map(str, value) if isinstance(value, list) else str(value) == self.equals


class Audience(Value):
    """The people whom an event concerns.

    `followers` are the person who reported or proposed the subject and those who support it; `field` names the former
    where the event tells it. `registrants` are people with a seat in an activity or a place on its waiting list, and
    `volunteering` the people who help there. Of `building`, `age-band` and `team`, `value` or the event's `field` says
    which one. `unless_volunteering` leaves out people who are told as volunteers of the event's `activity`, and `but`
    those whom that field of the event names.
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
    but: Path | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.rule == "person" and self.field is None:
            raise ValueError("name the field of the event that says who")
        if self.rule in ("team", "building", "age-band") and (self.field is None) is (self.value is None):
            raise ValueError("say which one, by value or by field")
        return self


class Subject(Value):
    """The subject of a message: the event's own aggregate, or the one whose id the `field` of the event holds."""

    model_config = _STRICT

    of: SubjectOf
    field: Path | None = None


class When(Value):
    """A condition: the `field` of the event has a value or, with `among`, one of these words."""

    model_config = _STRICT

    field: Path
    among: tuple[Annotated[str, StringConstraints(pattern=CODE_PATTERN)], ...] = ()

    def holds(self, event: Event) -> bool:
        """Whether the condition holds for `event`. A list fulfils it by one of its words; False counts as no value."""
        found = [
            each for value in values(event, self.field) for each in (value if isinstance(value, list) else [value])
        ]
        return any(str(each) in self.among if self.among else bool(each) for each in found)


class Tell(Value):
    """A message to an audience, `when` a condition holds. With `ahead_of` it is sent before the time in that field, by
    the span of reminders. Where `known` holds, another message has told it already: it stands on record and reaches
    nobody."""

    model_config = _STRICT

    kind: KindName
    to: Audience
    when: When | None = None
    known: When | None = None
    subject: Subject | None = None
    values: Mapping[Name, Given] = {}
    ahead_of: Path | None = None
    expires: Path | None = None


class Supersede(Value):
    """A rule that waiting messages of `kind` about the same subject are untrue now: those to `whom`, or (None) to
    everybody, `when` a condition holds."""

    model_config = _STRICT

    kind: KindName
    whom: Path | None = None
    when: When | None = None


class Route(Value):
    """The messages that follow from an event. `name` is part of the mark that its effects leave, so it must never
    change. Where the event is a command on which others follow (`begins`), or names the one that it follows, each
    person hears of all that came of it for them in one message."""

    model_config = _STRICT

    event: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]{1,120}$")]
    name: Name
    begins: bool = False
    supersede: tuple[Supersede, ...] = ()
    tell: tuple[Tell, ...] = ()

    @property
    def model(self) -> type[Event]:
        """The model of the event."""
        return events()[self.event]


class Table(Value):
    """One edition of kinds and routes."""

    model_config = _STRICT

    edition: int = Field(ge=0)
    kinds: Mapping[KindName, KindRule] = {}
    routes: tuple[Route, ...] = ()

    def held_to(self, known: Mapping[str, KindRule]) -> Self:
        """Return this table if it has no mistake, given the kinds that are `known` beside its own.

        Raises:
            TableRefused: the table has a mistake; the first one is told.
        """
        for trouble in troubles(self, {**known, **self.kinds}):
            raise TableRefused(trouble)
        return self


def values(event: BaseModel, path: str) -> list[Any]:
    """The values of `event` at `path`, several where the path leads through a list. None is left out."""
    name, _, inner = path.partition("[].")
    found = getattr(event, name, None)
    if not inner:
        return [] if found is None else [found]
    return [value for each in found or () if (value := getattr(each, inner, None)) is not None]


def ids(event: BaseModel, path: str) -> list[str]:
    """The ids of `event` at `path`, also from a list."""
    found = values(event, path)
    return [str(each) for value in found for each in (value if isinstance(value, list) else [value])]


def kind_of(model: type[BaseModel], path: str) -> type:
    """The type of the values at `path`, where they are not None."""
    return next((kind for kind in _kinds_at(model, path) if kind is not NoneType), str)


def troubles(table: Table, kinds: Mapping[str, KindRule]) -> Iterator[Worded]:
    """The mistakes of `table`, a sentence for each."""
    for (_, name), times in Counter((each.event, each.name) for each in table.routes).items():
        if times > 1:
            yield Worded.sentence(f"{name} 写了 {times} 次", f"{name} stands there {times} times")
    for route in table.routes:
        model = events().get(route.event)
        if model is None or model.internal or model.topic is NOTICES:
            event = route.event
            yield _of(route, f"没有其他服务发布的事件 {event}", f"{event} is no event that another service publishes")
            continue
        for each in route.supersede:
            if each.kind not in kinds:
                yield _no_kind(route, each.kind)
            for path in (each.whom, None if each.when is None else each.when.field):
                if path is not None:
                    yield from _no_field(route, model, path)
            yield from _never(route, model, each.when)
            if each.whom is not None and not _is_person(model, each.whom):
                yield _nobody(route, each.whom)
        for tell in route.tell:
            if tell.kind not in kinds:
                yield _no_kind(route, tell.kind)
            yield from _fields_of(route, model, tell)
            yield from _never(route, model, tell.when)
            yield from _never(route, model, tell.known)
            yield from _another_subject(route, model, tell.subject)
            yield from _nobody_of(route, model, tell.to)


def _nobody_of(route: Route, model: type[Event], to: Audience) -> Iterator[Worded]:
    """What keeps an audience from ever having anybody in it."""
    for path in (to.field if to.rule in ("person", "followers") else None, to.but):
        if path is not None and not _is_person(model, path):
            yield _nobody(route, path)
    if to.rule == "age-band" and to.value is not None and to.value not in get_args(AgeBand):
        yield _of(route, f"没有年龄段 {to.value}", f"there is no age band {to.value}")
    if to.rule in _OF_AN_ACTIVITY and model.topic is not ACTIVITIES:
        yield _of(route, f"{route.event} 不是活动的事件", f"{route.event} is no event of an activity")


def _never(route: Route, model: type[Event], when: When | None) -> Iterator[Worded]:
    """The words of a condition that its field can't be."""
    if when is not None:
        yield from _not_among(route, model, when.field, when.among)


def _not_among(route: Route, model: type[Event], path: str, asked: tuple[str, ...]) -> Iterator[Worded]:
    known = _words_at(model, path)
    for word in asked:
        if known is not None and word not in known:
            yield _of(route, f"{route.event} 的 {path} 不会是 {word}", f"{path} of {route.event} is never {word}")


def _another_subject(route: Route, model: type[Event], subject: Subject | None) -> Iterator[Worded]:
    """What shows that a message does not speak of the kind of thing that its route says."""
    if subject is None:
        return
    if subject.field is None:
        if model.aggregate_name() != subject.of:
            zh = f"subject：{route.event} 说的不是 {subject.of}"
            yield _of(route, zh, f"subject: {route.event} speaks of no {subject.of}")
    elif _words_at(model, subject.field) is not None or kind_of(model, subject.field) is not str:
        zh = f"subject：{route.event} 的 {subject.field} 不是编号"
        yield _of(route, zh, f"subject: {subject.field} of {route.event} is no id")


_OF_AN_ACTIVITY = frozenset({"registrants", "seated", "waiting", "volunteering"})


def _nobody(route: Route, path: str) -> Worded:
    return _of(route, f"{route.event} 的 {path} 不是人", f"{path} of {route.event} is no person")


def _of(route: Route, zh: str, en: str) -> Worded:
    return Worded.sentence(f"{route.name}：{zh}", f"{route.name}: {en}")


def _no_kind(route: Route, kind: str) -> Worded:
    return _of(route, f"没有消息种类 {kind}", f"there is no kind {kind}")


def _fields_of(route: Route, model: type[Event], tell: Tell) -> Iterator[Worded]:
    asked = [each.field for each in (tell.to, tell.subject, tell.when, tell.known) if each is not None]
    for path in (*asked, tell.to.but, tell.expires, tell.ahead_of):
        if path is not None:
            yield from _no_field(route, model, path)
    if tell.to.unless_volunteering:
        yield from _no_field(route, model, "activity")
    for path in (tell.expires, tell.ahead_of):
        if path is not None and datetime not in _kinds_at(model, path):
            yield _of(route, f"{route.event} 的 {path} 不是时间", f"{path} of {route.event} is no time")
    for name, given in tell.values.items():
        if given.field is None:
            continue
        if given.equals is not None:
            yield from _not_among(route, model, given.field, (given.equals,))
        for path in (given.field, given.otherwise):
            if path is None:
                continue
            yield from _no_field(route, model, path)
            if "[]" in path or not _kinds_at(model, path) <= _WORDED or _is_person(model, path):
                zh = f"{name} 取自 {path}，那不是可以告诉人的文字、数字或时间"
                yield _of(route, zh, f"{name} is made of {path}, which is no word, number or time for people")


_WORDED = frozenset({str, int, float, bool, date, datetime, NoneType})


def _no_field(route: Route, model: type[Event], path: str) -> Iterator[Worded]:
    name, _, inner = path.partition("[].")
    there = name in model.public_fields
    if there and inner:
        each = next((kind for kind in _kinds_at(model, name) if issubclass(kind, BaseModel)), None)
        there = each is not None and inner in each.model_fields
    if not there:
        yield _of(route, f"{route.event} 没有公开字段 {path}", f"{route.event} has no public field {path}")


def _kinds_at(model: type[BaseModel], name: str) -> frozenset[type]:
    """The types of the field `name` of `model`, with the type of its items where it is a list."""
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


def _words_at(model: type[BaseModel], path: str) -> frozenset[str] | None:
    """The words that the values at `path` can be; None where they may be any."""
    name, _, inner = path.partition("[].")
    field = model.model_fields.get(name)
    if field is None:
        return None
    if inner:
        each = next((kind for kind in _kinds_at(model, name) if issubclass(kind, BaseModel)), None)
        return None if each is None else _words_at(each, inner)
    return _words_of(field.annotation)


def _words_of(annotation: Any) -> frozenset[str] | None:
    """The words that values of this type can be, also in a list; None where they may be any."""
    origin = get_origin(annotation)
    if origin is Literal:
        return frozenset(map(str, get_args(annotation)))
    if origin is None:
        is_enum = isinstance(annotation, type) and issubclass(annotation, Enum)
        return frozenset(str(each.value) for each in annotation) if is_enum else None
    arms = get_args(annotation)[:1] if origin is Annotated else get_args(annotation)
    found = [_words_of(arm) for arm in arms if arm not in (NoneType, Ellipsis)]
    return None if None in found or not found else frozenset[str]().union(*(each or () for each in found))


def _is_person(model: type[Event], name: str) -> bool:
    name = name.partition("[]")[0]
    return any(each.path[0] == name and each.sort in (Sort.PERSON, Sort.OFFICER) for each in held(model))
