"""Every field that can hold text says what it holds of people; what is published and erased follows from that."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import pytest
from pydantic import BaseModel

from services import topology
from services.chassis.aggregate import Aggregate
from services.chassis.store.aggregates import Kind
from services.contracts.event import State, events, states
from services.contracts.holding import Held, held, unmarked
from services.contracts.marks import ID_PATTERN, Holds, Internal, Masked, Public, Someone, Sort, Thing, Words
from services.issues.routing.domain.suggesting import Suggestion

THINGS = frozenset(
    [
        "about",
        "activity",
        "building",
        "buildings",
        "care_plan",
        "case",
        "cause",
        "covered",
        "first_unit",
        "id",
        "merged_into",
        "model",
        "need",
        "needs",
        "offer",
        "only",
        "parent",
        "path",
        "place",
        "plan",
        "previous_case",
        "number",
        "previous_parent",
        "previous_unit",
        "replaces",
        "request",
        "round",
        "series",
        "subject",
        "unit",
        "visit",
    ]
)
"""What ids of events are of, where not of people. The ids of people have a type of their own."""

PROOFS = {"PersonErasureRequested", "PersonErasureAnswered", "PersonErased", "PersonDataErased"} | {
    "PersonErasedFromActivities"
}
"""They name whom an erasure is about, and stay: that is what they are for."""

KINDS: list[Kind[Any]] = [kind for name in topology.SERVICES for kind in topology.service(name).kinds]
KEPT: list[type[BaseModel]] = [*(kind.model for kind in KINDS), Suggestion]
"""What is kept: every aggregate, and what is kept beside one. Copies of others are states, and stand below."""

DECLARED: list[type[BaseModel]] = [
    each for each in [*events().values(), *states().values()] if each.__module__.startswith("services.")
]


class Neighbour(Aggregate):
    """A field was forgotten: in the aggregate, in a value, in a list of values, in a map."""

    class Flat(BaseModel):
        door: str
        code: Thing[str]

    name: str
    flats: tuple[Flat, ...] = ()
    said: dict[str, Any] = {}  # noqa: RUF012
    friends: frozenset[str] | None = None
    fine: Someone[frozenset[str]] = frozenset()


@pytest.mark.parametrize("model", KEPT, ids=lambda model: model.__name__)
def test_no_field_of_what_is_kept_is_unmarked(model: type[BaseModel]) -> None:
    assert unmarked(model) == ()


def test_a_forgotten_field_is_found_however_deep() -> None:
    assert set(unmarked(Neighbour)) == {"Neighbour.name", "Flat.door", "Neighbour.said", "Neighbour.friends"}


@pytest.mark.parametrize("model", DECLARED, ids=lambda model: model.__name__)
def test_what_is_published_says_what_it_holds(model: type[BaseModel]) -> None:
    forgotten = [name for name in unmarked(model) if not _is_thing(model, name)]
    assert forgotten == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.state is not None], ids=lambda kind: kind.name)
def test_a_personal_fact_has_no_way_to_a_topic(kind: Kind[Any]) -> None:
    """A field of the aggregate that is personal is in no public field of that name; words are masked on the way."""
    private = {each.path[0]: each.sort for each in _whole(kind.model)}
    for model in [kind.state, *(event for event in events().values() if event.state is kind.state)]:
        assert model is not None
        for name in model.public_fields & private.keys():
            if private[name] is Sort.WORDS:
                assert _is_masked(model, name), f"{model.__name__}.{name}"
            elif (model.__name__, name) not in _KNOWN:
                assert private[name] is not Sort.PERSONAL, f"{model.__name__}.{name}"


_KNOWN = frozenset(
    (model, name)
    for model in ("VolunteerState", "VolunteerRegistered", "VolunteerChanged", "VolunteerVerified")
    for name in ("skills",)
) | frozenset(
    (model, "building")
    for model in ("CarePlanState", "CarePlanOpened", "CarePlanChanged", "HelpRequestState", "HelpRequested")
)
"""What volunteers can do, and in which building help is promised or asked for, is told by intent: of an opaque id, in
codes.
"""


def test_a_personal_field_with_the_name_of_a_public_one_is_found() -> None:
    class Leaking(State):
        home: Public[Words[str]]
        title: Public[Masked]

    assert not _is_masked(Leaking, "home")
    assert _is_masked(Leaking, "title")


def test_internal_words_are_marked_too() -> None:
    class Telling(BaseModel):
        note: Internal[Words[str]]
        other: Annotated[str, Holds(Sort.OFFICE)]

    assert [each.sort for each in held(Telling)] == [Sort.WORDS, Sort.OFFICE]


def _whole(model: type[BaseModel]) -> Iterator[Held]:
    return (each for each in held(model) if len(each.path) == 1 and each.sort in (Sort.WORDS, Sort.PERSONAL))


def _is_thing(model: type[BaseModel], name: str) -> bool:
    of, field = name.split(".")
    return field in THINGS or (of in PROOFS and field == "person")


def _is_masked(model: type[BaseModel], name: str) -> bool:
    schema: Mapping[str, Any] = model.model_json_schema()["properties"][name]
    options = [schema, *schema.get("anyOf", ())]
    return any(option.get("title") == "Masked" or option.get("pattern") == ID_PATTERN for option in options)
