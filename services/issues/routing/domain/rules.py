"""Routing rules: conditions on a case, and the unit that gets a case which meets them.

All conditions of a rule must hold; a condition holds if any of its values does. A condition that is left out always
holds.

**The winner.** Of the rules that match, the one with the lowest `order` wins; of several with the same order, the one
that asks for more kinds of conditions; of these, one that names the category itself (not its group, or none); of
these, the one whose place lies deeper in the tree; of these, the one whose id comes first. So with equal `order` the
most specific rule wins, and setting `order` overrules that. The outcome doesn't depend on the sequence in which the
rules are stored.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from services.chassis.values import ZONE, Line
from services.contracts.issues import Channel, Priority
from services.contracts.marks import Code, Id, Office, Thing, Words
from services.contracts.text import Plain
from services.contracts.value import Value

MAX_RULES = 200
WINNER = (
    "All conditions of a rule must hold; of the values of one condition, any. Of the rules that match, the one with "
    "the lowest `order` wins; of several with the same order, the one that asks for more kinds of conditions; of "
    "these, one that names the category itself; of these, the one whose place lies deeper in the tree; of these, the "
    "one whose id comes first. What matched and lost is told with each suggestion."
)
"""The description of `evaluate` for people who write rules."""
DEFAULT_ORDER = 100

Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Number = Annotated[float, Field(ge=-(2**53), le=2**53, allow_inf_nan=False)]
_Word = Annotated[str, StringConstraints(max_length=120), Plain]
Scalar = bool | Annotated[int, Field(ge=-(2**53), le=2**53)] | Number | _Word


class _Datum(Value):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Hours(_Datum):
    """A part of the day in Asia/Shanghai, from `start` until before `end`. It spans midnight where `end` is earlier
    than `start`."""

    start: Thing[Clock]
    end: Thing[Clock]

    @model_validator(mode="after")
    def _is_a_span(self) -> "Hours":
        if self.start == self.end:
            raise ValueError("start and end are the same")
        return self

    def holds(self, clock: str) -> bool:
        """Whether the time of day `clock` (HH:MM) lies in this part of the day."""
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


class AnswerIs(_Datum):
    """A condition on the answer to a question of the category: it is one of `any_of`, or a number between the bounds,
    both included."""

    question: Code
    any_of: Thing[Annotated[tuple[Scalar, ...], Field(max_length=50)]] = ()
    at_least: Number | None = None
    at_most: Number | None = None

    @model_validator(mode="after")
    def _asks_something(self) -> "AnswerIs":
        if not self.any_of and self.at_least is None and self.at_most is None:
            raise ValueError("say which answer: any_of, at_least or at_most")
        return self

    def holds(self, answer: Any) -> bool:
        """Whether `answer` meets the condition; of several answers, whether one of them does."""
        if isinstance(answer, list | tuple | set | frozenset):
            return any(self.holds(each) for each in answer)
        if self.any_of and not any(_same(answer, value) for value in self.any_of):
            return False
        if self.at_least is None and self.at_most is None:
            return True
        if isinstance(answer, bool) or not isinstance(answer, int | float):
            return False
        return (self.at_least is None or answer >= self.at_least) and (self.at_most is None or answer <= self.at_most)


def _same(one: Any, other: Any) -> bool:
    """Whether both are equal, other than by Python's True == 1."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


class Conditions(_Datum):
    """The conditions of a rule on a case.

    `categories` and `groups`: the case's category, or the category's group, is one of them. `places`: the case lies in
    one of these places or below. `hours`, `weekdays` (1 Monday to 7 Sunday) and `working` (in working time or not) are
    conditions on the moment of the report, in Asia/Shanghai; after midnight it is the next weekday.
    """

    categories: Annotated[tuple[Code, ...], Field(max_length=100)] = ()
    groups: Annotated[tuple[Code, ...], Field(max_length=100)] = ()
    places: Thing[Annotated[tuple[Id, ...], Field(max_length=100)]] = ()
    hours: Annotated[tuple[Hours, ...], Field(max_length=10)] = ()
    weekdays: Annotated[tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(max_length=7)] = ()
    working: bool | None = None
    answers: Annotated[tuple[AnswerIs, ...], Field(max_length=20)] = ()
    channels: Annotated[tuple[Channel, ...], Field(max_length=10)] = ()
    priorities: Annotated[tuple[Priority, ...], Field(max_length=4)] = ()


class Rule(_Datum):
    """A case that meets `when` goes to `unit`."""

    id: Code
    title: Office[Line]
    order: Annotated[int, Field(ge=0, le=9999)] = DEFAULT_ORDER
    when: Conditions = Conditions()
    unit: Thing[Id]


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a case that rules look at. `places` are its place and all places above; `working` is None where
    nobody knows."""

    category: str
    at: datetime
    channel: Channel
    priority: Priority
    group: str | None = None
    places: Sequence[str] = ()
    working: bool | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def local(self) -> datetime:
        """The moment of the report in Asia/Shanghai."""
        return self.at.astimezone(ZONE)


class Reason(_Datum):
    """A condition that held, and the value of the case that met it. An answer is not repeated, because it may be
    personal; its question is named."""

    condition: Thing[str]
    fact: Words[str | None] = None


class Beaten(StrEnum):
    """The step of the comparison in which the winner came first; the steps stand in their sequence."""

    ORDER = "order"
    CONDITIONS = "conditions"
    CATEGORY = "category"
    PLACE = "place"
    ID = "id"


class Loser(_Datum):
    """A rule that also matched, and the step in which it lost."""

    rule: Code
    unit: Thing[Id]
    beaten_by: Beaten


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of the rules for a case. Without a winner no rule matches."""

    winner: Rule | None = None
    reasons: tuple[Reason, ...] = ()
    losers: tuple[Loser, ...] = ()


_Check = Callable[[Conditions, Facts], Reason | None]


def _category(when: Conditions, facts: Facts) -> Reason | None:
    if facts.category in when.categories:
        return Reason(condition="category", fact=facts.category)
    return Reason(condition="group", fact=facts.group) if facts.group in when.groups else None


def _place(when: Conditions, facts: Facts) -> Reason | None:
    found = next((place for place in facts.places if place in when.places), None)
    return None if found is None else Reason(condition="place", fact=found)


def _hours(when: Conditions, facts: Facts) -> Reason | None:
    clock = f"{facts.local:%H:%M}"
    return Reason(condition="hours", fact=clock) if any(span.holds(clock) for span in when.hours) else None


def _weekday(when: Conditions, facts: Facts) -> Reason | None:
    day = facts.local.isoweekday()
    return Reason(condition="weekday", fact=str(day)) if day in when.weekdays else None


def _working(when: Conditions, facts: Facts) -> Reason | None:
    met = facts.working is not None and facts.working == when.working
    return Reason(condition="working", fact=str(facts.working).lower()) if met else None


def _answers(when: Conditions, facts: Facts) -> Reason | None:
    met = all(is_.question in facts.answers and is_.holds(facts.answers[is_.question]) for is_ in when.answers)
    return Reason(condition="answers", fact=",".join(is_.question for is_ in when.answers)) if met else None


def _channel(when: Conditions, facts: Facts) -> Reason | None:
    return Reason(condition="channel", fact=facts.channel) if facts.channel in when.channels else None


def _priority(when: Conditions, facts: Facts) -> Reason | None:
    return Reason(condition="priority", fact=facts.priority) if facts.priority in when.priorities else None


def _asked(when: Conditions) -> Iterator[_Check]:
    """One check for each kind of condition that is set."""
    if when.categories or when.groups:
        yield _category
    if when.places:
        yield _place
    if when.hours:
        yield _hours
    if when.weekdays:
        yield _weekday
    if when.working is not None:
        yield _working
    if when.answers:
        yield _answers
    if when.channels:
        yield _channel
    if when.priorities:
        yield _priority


def matches(when: Conditions, facts: Facts) -> tuple[Reason, ...] | None:
    """The reasons why `facts` meet the conditions `when`, one for each condition set; None where they don't."""
    reasons: list[Reason] = []
    for check in _asked(when):
        reason = check(when, facts)
        if reason is None:
            return None
        reasons.append(reason)
    return tuple(reasons)


def evaluate(rules: Iterable[Rule], facts: Facts) -> Verdict:
    """The rule that wins, the reasons why it matches, and the other rules that matched and lost."""
    matched = [(rule, reasons) for rule in rules if (reasons := matches(rule.when, facts)) is not None]
    if not matched:
        return Verdict()
    ranked = sorted(matched, key=lambda each: _rank(each[0], each[1], facts))
    winner, reasons = ranked[0]
    first = _rank(winner, reasons, facts)
    losers = tuple(_lost(rule, first, _rank(rule, why, facts)) for rule, why in ranked[1:])
    return Verdict(winner, reasons, losers)


_Rank = tuple[int, int, bool, int, str]


def _rank(rule: Rule, reasons: Sequence[Reason], facts: Facts) -> _Rank:
    """The key that sorts the winner first. `facts.places` begins with the exact place, so that a low index is a deep
    place."""
    place = next((reason.fact for reason in reasons if reason.condition == "place"), None)
    height = len(facts.places) if place is None else list(facts.places).index(place)
    unnamed = all(reason.condition != "category" for reason in reasons)
    return (rule.order, -len(reasons), unnamed, height, rule.id)


def _lost(rule: Rule, winner: _Rank, rank: _Rank) -> Loser:
    step = next(index for index, (one, other) in enumerate(zip(winner, rank, strict=True)) if one != other)
    return Loser(rule=rule.id, unit=rule.unit, beaten_by=tuple(Beaten)[step])


@dataclass(frozen=True, slots=True)
class Shadow:
    """A rule that can never win, because `by` matches whenever it does and comes before it."""

    rule: str
    by: str


def shadowed(rules: Sequence[Rule]) -> tuple[Shadow, ...]:
    """The rules that certainly never win. Catalogue and places are not looked at, so not every such rule is found."""
    found: list[Shadow] = []
    for rule in rules:
        by = next((other for other in rules if other.order < rule.order and _covers(other.when, rule.when)), None)
        if by is not None:
            found.append(Shadow(rule.id, by.id))
    return tuple(found)


def _covers(wide: Conditions, narrow: Conditions) -> bool:
    """Whether everything that meets `narrow` meets `wide`."""
    for name in ("places", "weekdays", "channels", "priorities"):
        wider, narrower = set(getattr(wide, name)), set(getattr(narrow, name))
        if wider and not (narrower and narrower <= wider):
            return False
    if (wide.categories or wide.groups) and not _covers_categories(wide, narrow):
        return False
    if wide.hours and not (narrow.hours and _minutes(narrow.hours) <= _minutes(wide.hours)):
        return False
    if wide.working is not None and wide.working != narrow.working:
        return False
    return all(is_ in narrow.answers for is_ in wide.answers)


def _covers_categories(wide: Conditions, narrow: Conditions) -> bool:
    asked = bool(narrow.categories or narrow.groups)
    return asked and set(narrow.categories) <= set(wide.categories) and set(narrow.groups) <= set(wide.groups)


def _minutes(spans: Iterable[Hours]) -> set[str]:
    """Every minute of the day that lies in one of `spans`."""
    midnight = datetime(2000, 1, 1, tzinfo=ZONE)
    day = [f"{midnight + timedelta(minutes=minute):%H:%M}" for minute in range(24 * 60)]
    return {clock for clock in day if any(span.holds(clock) for span in spans)}
