"""When mail that came back ends all mail to an address, and how somebody begins afresh."""

from datetime import timedelta

import pytest

from services.notify.persons.domain.addresses import Addresses
from services.notify.persons.domain.bounces import WITHIN, Bounces, Failure
from services.notify.persons.domain.confirming import send_code, tell_code
from services.notify.persons.domain.erasure import request_erasure
from services.notify.persons.domain.person import Person, change, mail_came_back
from services.notify.shared.values import Way
from tests.unit.notify.given import DAY, HERE, HOUR, NOW, RESIDENT, STAFF, a_person

EMAIL, MARK = "someone@example.org", "mark-of-the-code"


def failure(n: int, after: timedelta = timedelta()) -> Failure:
    return Failure(notice=f"notice-{n}", sent_at=NOW + after, at=NOW + after + HOUR)


def given_up() -> Person:
    return mail_came_back(a_person("resident-1"), failure(1), None, gone=True).aggregate


def test_a_mailbox_that_is_gone_is_given_up_at_once_and_the_same_bounce_changes_nothing() -> None:
    person = given_up()
    assert (person.address(Way.EMAIL), person.addresses.email) == (None, EMAIL)
    assert person.bounces.given_up_at == NOW + HOUR
    assert mail_came_back(person, failure(1), None, gone=True).events == ()
    assert mail_came_back(a_person("resident-1", None), failure(1), None, gone=True).events == ()


@pytest.mark.parametrize(
    ("days", "taken_on", "over"),
    [
        ((0, 1, 2), None, True),
        ((0, 1), None, False),
        ((0, 1, WITHIN.days), None, False),
        ((0, 1, 3), 2, False),  # a mail in between was taken
        ((0, 1, 1), None, False),  # the same mail again
    ],
)
def test_three_in_a_row_within_a_month_give_a_mailbox_up(
    days: tuple[int, ...], taken_on: int | None, *, over: bool
) -> None:
    record = Bounces()
    for day in days:
        taken_at = None if taken_on is None or day < taken_on else NOW + taken_on * DAY
        record = record.after(failure(day, day * DAY), taken_at, gone=False)
    assert (record.given_up_at is not None) is over


def test_who_enters_the_address_anew_begins_afresh_and_an_older_bounce_counts_no_more() -> None:
    later = NOW + DAY
    anew = change(given_up(), None, Addresses(email=EMAIL), HERE, RESIDENT, later, by_code=True)
    assert (anew.aggregate.address(Way.EMAIL), anew.aggregate.look_again_at) == (EMAIL, later)
    assert len(anew.events) == 1
    assert mail_came_back(anew.aggregate, failure(2), None, gone=True).events == ()
    assert mail_came_back(anew.aggregate, failure(3, 2 * DAY), None, gone=True).aggregate.address(Way.EMAIL) is None


def test_another_address_begins_afresh_once_its_code_is_told() -> None:
    asked = change(given_up(), None, Addresses(email="other@example.org"), HERE, RESIDENT, NOW, by_code=True).aggregate
    assert asked.address(Way.EMAIL) is None
    sent = send_code(asked, "other@example.org", MARK, NOW).aggregate
    assert tell_code(sent, MARK, RESIDENT, NOW).aggregate.address(Way.EMAIL) == "other@example.org"


def test_staff_propose_the_address_that_was_given_up_and_it_holds_again_by_its_code_alone() -> None:
    proposed = change(given_up(), None, Addresses(email=EMAIL), HERE, STAFF, NOW).aggregate
    assert proposed.address(Way.EMAIL) is None
    sent = send_code(proposed, EMAIL, MARK, NOW).aggregate
    assert tell_code(sent, MARK, RESIDENT, NOW).aggregate.address(Way.EMAIL) == EMAIL


def test_an_erasure_leaves_nothing_of_it_and_old_documents_are_read() -> None:
    assert request_erasure(given_up(), "erasure-1", HERE, RESIDENT, NOW).aggregate.bounces == Bounces()
    old = a_person("resident-1").model_dump()
    del old["bounces"]
    assert Person.model_validate(old).address(Way.EMAIL) == EMAIL
