"""Who may change what about a person, and that an erasure leaves nothing but its proof."""

from itertools import permutations

import pytest
from pydantic import ValidationError

from services.chassis.errors import NotYours, PersonGone
from services.chassis.principal import Principal
from services.contracts.notices import NoticeChannel, NoticeKind, PersonChanged, PersonErased, PersonStatus
from services.notify.persons.domain.addresses import Addresses
from services.notify.persons.domain.person import (
    HOLDERS,
    Choices,
    change,
    register,
    request_erasure,
    stranger,
    take_answer,
)
from tests.unit.notify.given import DAY, HERE, NEIGHBOUR, NOW, RESIDENT, STAFF, STAFF_ELSEWHERE, a_person

SECRETS = ("someone@example.org", "13800138000")
REACHABLE = Addresses(email=SECRETS[0], phone=SECRETS[1])


@pytest.mark.parametrize("by", [NEIGHBOUR, STAFF_ELSEWHERE])
def test_nobody_else_touches_a_person(by: Principal) -> None:
    person = a_person()
    with pytest.raises(NotYours):
        register(stranger("resident-1", HERE), Choices(), None, HERE, by, NOW)
    with pytest.raises(NotYours):
        change(person, Choices(), None, HERE, by, NOW)
    with pytest.raises(NotYours):
        request_erasure(person, "erasure-1", HERE, by, NOW)


def test_staff_act_on_record() -> None:
    (event,) = change(a_person(), None, Addresses(email="new@example.org"), HERE, STAFF, NOW).events
    assert isinstance(event, PersonChanged)
    assert (event.by, event.changed) == ("staff-1", ["proposed-addresses"])


def test_events_carry_no_address() -> None:
    decisions = [
        register(stranger("resident-1", HERE), Choices(language="en"), REACHABLE, HERE, RESIDENT, NOW),
        change(a_person(), None, REACHABLE, HERE, RESIDENT, NOW),
        request_erasure(a_person(), "erasure-1", HERE, RESIDENT, NOW),
    ]
    for decision in decisions:
        for event in decision.events:
            assert not any(secret in event.model_dump_json() for secret in SECRETS)


def test_addresses_are_in_no_text_of_a_person() -> None:
    person = stranger("resident-1", HERE).given(None, REACHABLE)
    assert not any(secret in f"{person!r}{person}{person.addresses!r}" for secret in SECRETS)


def test_the_same_again_changes_nothing() -> None:
    person = a_person(muted={NoticeKind.CASE_VERIFIED: frozenset({NoticeChannel.EMAIL})})
    same = change(person, person.choices, person.addresses, HERE, RESIDENT, NOW).aggregate
    assert change(same, person.choices, person.addresses, HERE, RESIDENT, NOW).events == ()


def test_an_erasure_request_destroys_addresses_at_once_and_asks_once() -> None:
    asked = request_erasure(a_person(language="en"), "erasure-1", HERE, RESIDENT, NOW).aggregate
    assert asked.addresses == Addresses()
    assert asked.choices == Choices(quiet=None)
    assert asked.status is PersonStatus.ERASING
    again = request_erasure(asked, "erasure-2", HERE, RESIDENT, NOW + DAY)
    assert again.events == ()
    assert again.aggregate.request == "erasure-1"
    with pytest.raises(PersonGone):
        change(asked, Choices(), REACHABLE, HERE, RESIDENT, NOW)


@pytest.mark.parametrize("order", list(permutations(sorted(HOLDERS)))[::5])
def test_erased_with_the_last_answer_whatever_the_order(order: tuple[str, ...]) -> None:
    person = request_erasure(a_person(), "erasure-1", HERE, RESIDENT, NOW).aggregate
    for service in order:
        assert person.status is PersonStatus.ERASING
        repeated = take_answer(person, service, "erasure-1", NOW + DAY)
        person = repeated.aggregate
        assert take_answer(person, service, "erasure-1", NOW + DAY).events == ()
    proof = repeated.events[-1]
    assert isinstance(proof, PersonErased)
    assert proof.services == sorted(HOLDERS)
    assert person.status is PersonStatus.ERASED
    assert person.erased_at == NOW + DAY


def test_an_answer_that_nobody_asked_for_is_passed_by() -> None:
    assert take_answer(a_person(), "issues", "erasure-1", NOW).events == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "a@b\r\nBcc: everybody@example.org"},
        {"email": "no at sign"},
        {"email": "a@b"},
        {"email": f"{'a' * 250}@example.org"},
        {"phone": "call me"},
        {"phone": "1" * 40},
    ],
)
def test_what_is_no_address(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Addresses.model_validate(wrong)
