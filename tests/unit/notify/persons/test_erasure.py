"""An erasure destroys addresses at once, and leaves nothing but its proof."""

from itertools import permutations

import pytest

from services.chassis.errors import PersonGone
from services.contracts.notices import PersonErased, PersonStatus
from services.notify.persons.domain.addresses import Addresses
from services.notify.persons.domain.choices import Choices
from services.notify.persons.domain.erasure import HOLDERS, request_erasure, take_answer
from services.notify.persons.domain.person import (
    change,
)
from tests.unit.notify.given import DAY, HERE, NOW, RESIDENT, STAFF, a_person

SECRETS = ("someone@example.org", "13800138000")
REACHABLE = Addresses(email=SECRETS[0], phone=SECRETS[1])


def test_an_address_that_somebody_entered_for_themselves_is_not_the_communitys_to_erase() -> None:
    new = Addresses(email="new@example.org")
    own = change(a_person(), None, new, HERE, RESIDENT, NOW, by_code=True).aggregate
    kept = request_erasure(own, "erasure-1", HERE, STAFF, NOW).aggregate
    assert kept.proposed is not None
    assert kept.proposed.addresses == new
    theirs = change(a_person(), None, new, HERE, STAFF, NOW).aggregate
    assert theirs.proposed is not None
    assert request_erasure(theirs, "erasure-1", HERE, STAFF, NOW).aggregate.proposed is None


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
