"""Who may change what of a person; and addresses stand nowhere but with the person."""

import pytest

from services.chassis.errors import NotYours
from services.chassis.principal import Principal
from services.contracts.notices import NoticeChannel, NoticeKind, PersonChanged
from services.notify.persons.domain.addresses import Addresses
from services.notify.persons.domain.choices import Choices
from services.notify.persons.domain.erasure import request_erasure
from services.notify.persons.domain.person import (
    change,
    register,
    stranger,
)
from tests.unit.notify.given import HERE, NEIGHBOUR, NOW, RESIDENT, STAFF, STAFF_ELSEWHERE, a_person

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


def test_events_say_which_staff_acted() -> None:
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


def test_giving_the_same_again_changes_nothing() -> None:
    person = a_person(muted={NoticeKind.CASE_VERIFIED: frozenset({NoticeChannel.EMAIL})})
    same = change(person, person.choices, person.addresses, HERE, RESIDENT, NOW).aggregate
    assert change(same, person.choices, person.addresses, HERE, RESIDENT, NOW).events == ()
