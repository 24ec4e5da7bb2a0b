"""No field that can hold personal data reaches a topic."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from services.contracts.declared import declarations
from services.contracts.privacy import leaks
from tests.contract.probes import Code, Id, Masked, event, internal, public, state


class Colour(StrEnum):
    RED = "red"


class Harmless(BaseModel):
    of: Id
    title: Masked | None = None
    on: date


class Talkative(BaseModel):
    words: str


class Deep(BaseModel):
    inner: list[Talkative]


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    of: Id


class Recursive(BaseModel):
    of: Id
    within: "list[Recursive]"
    said: str | None = None


def test_nothing_that_is_declared_can_carry_personal_data() -> None:
    assert leaks(declarations()) == []


@pytest.mark.parametrize(
    "type_",
    [
        Id,
        Code | None,
        list[Id],
        Masked,
        Colour,
        Literal["a", "b"],
        int,
        float | None,
        bool,
        date,
        Harmless,
        list[Harmless] | None,
        dict[Code, int],
        dict[Colour, int],
        tuple[Id, int],
    ],
)
def test_allowed_types_pass(type_: Any) -> None:
    assert leaks([event({"field": (public(type_), ...)})]) == []


@pytest.mark.parametrize(
    ("type_", "sentence"),
    [
        (str, "field is text of any kind"),
        (str | None, "field is text of any kind"),
        (list[str], r"field\[\] is text of any kind"),
        (Annotated[str, Field(max_length=10)], "field is text of any kind"),
        (Annotated[str, Field(title="Id")], "field is text of any kind"),
        (Annotated[str, Field(pattern="^[0-9]+$")], "field is text of any kind"),
        (bytes, "field is text of any kind"),
        (Any, "field takes any value"),
        (dict[str, int], "field has keys of any kind"),
        (dict[Code, str], r"field\{\} is text of any kind"),
        (dict[str, Any], "field has keys of any kind"),
        (list[Any], r"field\[\] takes any value"),
        (Talkative, r"field\.words is text of any kind"),
        (Deep | None, r"field\.inner\[\]\.words is text of any kind"),
        (list[Deep] | Harmless, r"inner\[\]\.words is text of any kind"),
        (Open, "field has keys of any kind"),
        (Recursive, r"field\.said is text of any kind"),
    ],
)
def test_what_could_hold_anything_is_refused(type_: Any, sentence: str) -> None:
    found = leaks([event({"field": (public(type_), ...)})])
    assert any(re.search(sentence, each) for each in found), found


@pytest.mark.parametrize(
    "name",
    ["name", "contact_phone", "phoneNumber", "email", "home_address", "id_card", "birth_date", "wechat", "room", "lat"],
)
def test_a_personal_fact_is_refused_by_its_name_whatever_its_type(name: str) -> None:
    for model in (event({name: (public(int), ...)}), state({name: (public(Id | None), None)})):
        assert any("has the name of a personal fact" in sentence for sentence in leaks([model]))


def test_a_personal_name_inside_of_a_value_is_refused() -> None:
    class Person(BaseModel):
        phone: int

    [found] = leaks([event({"field": (public(list[Person]), ...)})])
    assert "field[].phone has the name of a personal fact (phone)" in found


def test_what_stays_in_the_service_may_be_anything() -> None:
    assert leaks([event({"phone": (internal(str), ...), "count": (public(int), ...)})]) == []


@pytest.mark.parametrize("name", ["households", "message", "addressed", "carded", "emailed", "titles"])
def test_words_that_only_look_alike_pass(name: str) -> None:
    assert leaks([event({name: (public(int), ...)})]) == []
