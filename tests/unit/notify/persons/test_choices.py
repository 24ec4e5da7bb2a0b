"""What somebody chose, and the record of what they switched on and off."""

from typing import Any

import pytest
from pydantic import ValidationError

from services.notify.persons.domain.choices import (
    Choices,
    KindComesAnyway,
    NoKindToMute,
    OfClass,
    noted,
    require_mutable,
)
from services.notify.persons.domain.requests import PutPreferences
from services.notify.routing.domain.kinds import MessageClass
from services.notify.shared.values import USUAL_ORDER, Way
from tests.unit.notify.given import NOW

SERVICE, NEWS = MessageClass.SERVICE, MessageClass.DIGEST


def test_who_has_not_chosen_is_told_by_the_usual_channels_at_once_and_news_once_a_day() -> None:
    plain = Choices()
    assert plain.order(SERVICE) == USUAL_ORDER
    assert (plain.together(SERVICE), plain.together(NEWS)) == ("at-once", "daily")
    chosen = Choices(classes={NEWS: OfClass(together="weekly", channels=(Way.INBOX, Way.SMS))})
    assert (chosen.together(NEWS), chosen.order(NEWS)) == ("weekly", (Way.SMS,))
    assert chosen.chose(Way.SMS, NEWS)


def test_what_is_switched_is_on_record_and_what_stays_is_not() -> None:
    before = Choices(muted={"case-verified": frozenset({Way.EMAIL})}, silenced=frozenset({"case-1"}))
    after = Choices(classes={NEWS: OfClass(off=True)}, silenced=frozenset({"case-1"}))
    assert [(each.what, each.given, each.how) for each in noted(before, after, "resident-1", "link", NOW)] == [
        ("case-verified.email", True, "link"),
        ("class.digest", False, "link"),
    ]
    assert noted(after, after, "resident-1", "self", NOW) == ()


def test_what_comes_anyway_is_not_switched_off_but_was_perhaps_before_it_came_anyway() -> None:
    kinds = {"gas-leak": True, "case-verified": False}
    leak = Choices(muted={"gas-leak": frozenset({Way.EMAIL}), "case-verified": frozenset(Way)})
    with pytest.raises(KindComesAnyway):
        require_mutable(Choices(), leak, kinds)
    require_mutable(leak, leak.model_copy(update={"language": "en"}), kinds)
    require_mutable(Choices(), Choices(muted={"case-verified": frozenset(Way), "digest": frozenset(Way)}), kinds)
    with pytest.raises(NoKindToMute):
        require_mutable(Choices(), Choices(muted={"case-verifed": frozenset(Way)}), kinds)


@pytest.mark.parametrize(
    "classes",
    [
        {"service": {"channels": ["webhook"]}},
        {"service": {"channels": ["email", "email"]}},
        {"social": {"channels": ["sms", "dingtalk-robot"]}},
        {"emergency": {"off": True}},
    ],
)
def test_what_nobody_can_choose_is_refused_and_not_passed_over(classes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PutPreferences.model_validate({"community": "sunshine", "classes": classes})


def test_an_order_of_channels_and_an_emergency_by_telephone_can_be_chosen() -> None:
    classes = {"service": {"channels": ["sms", "email", "inbox", "call"]}, "emergency": {"channels": ["call"]}}
    asked = PutPreferences.model_validate({"community": "sunshine", "classes": classes})
    assert asked.choices().order(MessageClass.SERVICE) == (Way.SMS, Way.EMAIL, Way.CALL)
