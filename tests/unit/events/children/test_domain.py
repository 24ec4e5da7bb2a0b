"""A guardian's consent is to one version of a text, can be taken back, and stays on record."""

import pytest

from services.chassis.errors import NotYours
from services.contracts.activities import ChildConsentGiven, ChildConsentWithdrawn
from services.events.children.domain import (
    BornLater,
    Child,
    EnterChild,
    NoConsent,
    consent,
    enter,
    erase,
    pick_up_by,
    withdraw,
)
from tests.unit.events.given import HOME, NOW, STAFF, START, person, resident
from tests.unit.events.lawful import lawful, took


def _child() -> Child:
    body = EnterChild(community=HOME, label="小宝", birth_year=2017, pickups=("奶奶",))
    entered = enter("child-1", body, resident(1), NOW)
    lawful(None, entered)
    return entered.aggregate


def test_a_child_is_born_by_now() -> None:
    body = EnterChild(community=HOME, label="小宝", birth_year=2027)
    with pytest.raises(BornLater):
        enter("child-1", body, resident(1), NOW)


def test_a_consent_is_to_a_version_and_a_new_one_ends_the_old() -> None:
    first = took(_child(), lambda c: consent(c, "consent-v1", resident(1), NOW)).aggregate
    second = took(first, lambda c: consent(c, "consent-v2", resident(1), START))
    assert [type(e) for e in second.events] == [ChildConsentGiven]
    assert [(c.text, c.withdrawn_at) for c in second.aggregate.consents] == [
        ("consent-v1", START),
        ("consent-v2", None),
    ]
    assert took(second.aggregate, lambda c: consent(c, "consent-v2", resident(1), START)).events == ()


def test_taken_back_it_stays_on_record_and_stands_no_more() -> None:
    given = consent(_child(), "consent-v1", resident(1), NOW).aggregate
    gone = took(given, lambda c: withdraw(c, resident(1), START))
    assert [type(e) for e in gone.events] == [ChildConsentWithdrawn]
    assert gone.aggregate.consent is None
    assert gone.aggregate.consents[0].given_at == NOW
    with pytest.raises(NoConsent):
        withdraw(gone.aggregate, resident(1), START)


def test_only_the_guardian_and_staff_of_the_community_decide() -> None:
    assert consent(_child(), "consent-v1", STAFF, NOW).aggregate.consents[0].by == STAFF.sub
    for by in (resident(2), person("resident-1", home="elsewhere")):
        with pytest.raises(NotYours):
            consent(_child(), "consent-v1", by, NOW)
        with pytest.raises(NotYours):
            pick_up_by(_child(), ("叔叔",), by)


def test_nothing_of_it_but_the_consent_reaches_a_topic_and_nothing_is_left_after_erasure() -> None:
    child = _child()
    child = took(child, lambda c: consent(c, "consent-v1", resident(1), NOW)).aggregate
    told = took(child, lambda c: pick_up_by(c, ("爷爷", "奶奶"), resident(1)))
    for word in ("小宝", "奶奶", "爷爷", "resident-1", "2017"):
        assert word not in "".join(event.model_dump_json() for event in told.events)
    erased = took(told.aggregate, lambda c: erase(c, "erased-1", NOW)).aggregate
    for word in ("小宝", "奶奶", "爷爷", "resident-1", "2017"):
        assert word not in erased.model_dump_json()
    assert erased.public() is None
    assert took(erased, lambda c: erase(c, "erased-2", NOW)).events == ()


@pytest.mark.parametrize(("born", "needed"), [(2012, True), (2011, False), (None, True)])
def test_under_fourteen_it_is_needed_and_where_the_age_is_unknown(born: int | None, needed: bool) -> None:
    assert _child().model_copy(update={"birth_year": born}).needs_consent(2026) is needed
