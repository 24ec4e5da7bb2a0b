"""What somebody chose, and the record of what they switched on and off."""

from services.notify.persons.domain.choices import Choices, OfClass, noted
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
