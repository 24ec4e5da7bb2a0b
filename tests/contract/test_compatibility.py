"""What a change breaks is said in a sentence; what only adds passes."""

from datetime import date, datetime
from enum import StrEnum

import pytest
from pydantic import AfterValidator, BaseModel, Field

from services.contracts.compatibility import breaks, from_json, released
from services.contracts.topics import ISSUES, TOPICS, VOLUNTEERS
from tests.contract.probes import EVENT, Code, Fields, Id, Masked, event, internal, public, state


class Two(StrEnum):
    A = "a"
    B = "b"


class Three(StrEnum):
    A = "a"
    B = "b"
    C = "c"


class Part(BaseModel):
    of: Id
    many: int = 0


class PartGrown(BaseModel):
    of: Id
    many: int = 0
    on: date | None = None


class PartShrunk(BaseModel):
    of: Id


class PartOwing(BaseModel):
    of: Id
    many: int


def _even(number: int) -> int:
    if number % 2 == 0:
        raise ValueError("odd numbers only")
    return number


def told(before: Fields, after: Fields) -> list[str]:
    last = [released(event(before))]
    return breaks(last, [event(after)], TOPICS)


BASE: Fields = {"of": (public(Id), ...), "count": (public(int), 0)}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (BASE, BASE),
        (BASE, BASE | {"added": (public(Masked | None), None)}),
        (BASE, BASE | {"kept": (internal(str), ...)}),
        ({"w": (public(Code), ...)}, {"w": (public(Code), ...)}),
        ({"p": (public(list[Part]), ...)}, {"p": (public(list[PartGrown]), ...)}),
        ({"p": (public(Part | None), None)}, {"p": (public(PartGrown | None), None)}),
        (BASE, dict(reversed(BASE.items()))),
        ({"of": (public(Id), ...), "by": (internal(Id), ...)}, {"of": (public(Id), ...)}),
    ],
)
def test_additions_pass(before: Fields, after: Fields) -> None:
    assert told(before, after) == []


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (BASE, {"of": BASE["of"]}, "count was removed; old readers look for it"),
        (BASE, BASE | {"count": (internal(int), 0)}, "count was removed"),
        (BASE, BASE | {"count": (public(int), ...)}, "count became required; old records without it"),
        (BASE, BASE | {"of": (public(Id), "x")}, "of is not required any more; old readers refuse"),
        (BASE, BASE | {"new": (public(int), ...)}, "new is new and required; old records don't have it"),
        (BASE, BASE | {"count": (public(bool), False)}, "count can now be a value of type boolean"),
        (BASE, BASE | {"count": (public(int | None), None)}, "count can now be null; old readers refuse it"),
        ({"n": (public(int | None), None)}, {"n": (public(int), 0)}, "n can't be null any more; old records"),
        ({"n": (public(int), 0)}, {"n": (public(float), 0)}, "n can now be a value of type number"),
        ({"n": (public(float), 0)}, {"n": (public(int), 0)}, "n can't be a value of type number any more"),
        ({"t": (public(datetime), ...)}, {"t": (public(date), ...)}, "t has another format: 'date-time' became 'date'"),
        ({"t": (public(Id), ...)}, {"t": (public(Code), ...)}, "t has another pattern"),
        ({"t": (public(Id), ...)}, {"t": (public(list[Id]), ...)}, "t can now be a value of type array"),
        ({"e": (public(Three), ...)}, {"e": (public(Two), ...)}, "e can't be 'c' any more; old records"),
        ({"e": (public(Two), ...)}, {"e": (public(Three), ...)}, "e can now be 'c'; old readers refuse it"),
        ({"e": (public(Two), ...)}, {"e": (public(Code), ...)}, "e is not a fixed list any more"),
        ({"e": (public(list[Two]), ...)}, {"e": (public(list[Three]), ...)}, r"e[] can now be 'c'"),
        (
            {"n": (public(int, Field(ge=1)), 1)},
            {"n": (public(int, Field(ge=2)), 2)},
            "n has another minimum: 1 became 2; old records beyond it can't be read",
        ),
        (
            {"n": (public(int, Field(le=5)), 1)},
            {"n": (public(int), 1)},
            "n has another maximum: 5 became None; old readers refuse what is beyond",
        ),
        ({"p": (public(list[Part]), ...)}, {"p": (public(list[PartShrunk]), ...)}, r"p[].many was removed"),
        ({"p": (public(Part | None), None)}, {"p": (public(PartOwing | None), None)}, "p.many became required"),
        ({"m": (public(dict[Code, int]), ...)}, {"m": (public(dict[Id, int]), ...)}, "m takes other keys than before"),
        ({"m": (public(dict[Code, int]), ...)}, {"m": (public(dict[Code, bool]), ...)}, "m{} can now be a value of"),
        (
            {"n": (public(int), 1)},
            {"n": (public(int, AfterValidator(_even)), 1)},
            "an old record can't be read: n: Value error, odd numbers only",
        ),
    ],
)
def test_a_break_is_said(before: Fields, after: Fields, sentence: str) -> None:
    found = told(before, after)
    assert any(sentence in each for each in found), found
    assert all(each.startswith(f"{EVENT}: ") for each in found)


def test_a_type_may_not_go() -> None:
    assert breaks([released(event(BASE))], [], TOPICS) == [
        f"{EVENT}: the type is gone; keep its declaration, for its records stay and have readers."
    ]


def test_a_type_may_come() -> None:
    added = event(BASE, type="cn.community.issues.probe.added.v1", name="ProbeAdded")
    assert breaks([released(event(BASE))], [event(BASE), added], TOPICS) == []


def test_a_topic_may_not_go() -> None:
    found = breaks([released(event(BASE))], [event(BASE)], [VOLUNTEERS])
    assert "community.issues.v1: the topic is gone; its subscribers would wait for ever." in found


def test_a_type_stays_on_its_topic() -> None:
    found = breaks([released(event(BASE))], [event(BASE, topic=VOLUNTEERS)], TOPICS)
    assert any("its topic was community.issues.v1 and is community.volunteers.v1" in each for each in found)


def test_a_fact_goes_on_folding_into_its_state() -> None:
    shown = state({"count": (public(int), 0)})
    found = breaks([released(event(BASE, state=shown))], [event(BASE)], TOPICS)
    assert found == [f"{EVENT}: its state was {shown.type} and is None; declare a v2 beside it."]


def test_a_state_may_grow_and_not_shrink() -> None:
    last = [released(state({"count": (public(int), ...)}))]
    assert breaks(last, [state({"count": (public(int), ...), "later": (public(Id | None), None)})], TOPICS) == []
    assert "count was removed" in breaks(last, [state({"other": (public(int), 0)})], TOPICS)[0]


def test_a_release_is_kept_whole() -> None:
    one = released(event(BASE, topic=ISSUES))
    assert from_json(one.as_json()) == one
