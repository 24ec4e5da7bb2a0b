"""How a person confirms an address that staff have entered, step by step."""

from datetime import timedelta

import pytest

from services.chassis.errors import PersonGone
from services.notify.persons.domain.addresses import AGAIN, CODE_HOLDS, TRIES, Addresses
from services.notify.persons.domain.confirming import CodeRefused, ask_for_code, send_again, send_code, tell_code
from services.notify.persons.domain.erasure import request_erasure
from services.notify.persons.domain.person import Person, change, stranger
from tests.unit.notify.given import HERE, HOUR, NOW, RESIDENT, STAFF

EMAIL, PHONE = "someone@example.org", "13800138000"
RIGHT, WRONG = "mark-of-the-code", "mark-of-another"


def _entered(email: str | None = EMAIL) -> Person:
    return change(stranger("resident-1", HERE), None, Addresses(email=email, phone=PHONE), HERE, STAFF, NOW).aggregate


def _sent() -> Person:
    return send_code(_entered(), EMAIL, RIGHT, NOW).aggregate


def test_a_code_is_sent_once_to_the_address_that_was_entered() -> None:
    sent = _sent()
    assert sent.codes_sent == (NOW,)
    assert send_code(sent, EMAIL, WRONG, NOW).events == ()
    assert send_code(_entered(), "other@example.org", RIGHT, NOW).events == ()
    assert send_code(_entered(), EMAIL, RIGHT, NOW - HOUR).events == ()


def test_the_right_code_makes_the_address_the_persons_and_leaves_the_phone_unconfirmed() -> None:
    confirmed = tell_code(_sent(), RIGHT, RESIDENT, NOW).aggregate
    assert confirmed.addresses == Addresses(email=EMAIL)
    assert confirmed.proposed is not None
    assert confirmed.proposed.addresses == Addresses(phone=PHONE)
    with pytest.raises(CodeRefused):
        tell_code(confirmed, RIGHT, RESIDENT, NOW)


def test_wrong_codes_are_counted_until_the_right_one_is_refused_too() -> None:
    tried = _sent()
    for _ in range(TRIES):
        tried = tell_code(tried, WRONG, RESIDENT, NOW).aggregate
        assert tried.addresses == Addresses()
    with pytest.raises(CodeRefused):
        tell_code(tried, RIGHT, RESIDENT, NOW)


def test_a_code_holds_for_a_while() -> None:
    assert (
        tell_code(_sent(), RIGHT, RESIDENT, NOW + CODE_HOLDS - timedelta(seconds=1)).aggregate.addresses.email == EMAIL
    )
    with pytest.raises(CodeRefused):
        tell_code(_sent(), RIGHT, RESIDENT, NOW + CODE_HOLDS)


def test_a_code_that_the_mail_server_did_not_take_is_sent_anew_after_a_while() -> None:
    again = send_again(_sent(), RIGHT, NOW).aggregate
    assert again.proposed is not None
    assert (again.proposed.code, again.proposed.code_due_at) == (None, NOW + AGAIN)
    assert send_again(_sent(), WRONG, NOW).events == ()


def test_a_person_asks_for_another_code_once_until_it_is_sent() -> None:
    asked = ask_for_code(_sent(), RESIDENT, NOW + HOUR).aggregate
    assert asked.proposed is not None
    assert asked.proposed.code_due_at == NOW + HOUR
    assert ask_for_code(asked, RESIDENT, NOW + HOUR).events == ()
    with pytest.raises(CodeRefused):
        ask_for_code(_entered(email=None), RESIDENT, NOW)


def test_an_erased_person_has_no_codes() -> None:
    gone = request_erasure(_sent(), "erasure-1", HERE, RESIDENT, NOW).aggregate
    assert send_code(gone, EMAIL, RIGHT, NOW).events == ()
    with pytest.raises(CodeRefused):
        tell_code(gone, RIGHT, RESIDENT, NOW)
    with pytest.raises(PersonGone):
        ask_for_code(gone, RESIDENT, NOW)
