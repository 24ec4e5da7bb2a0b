"""Call lists: who has not answered, who goes, who has not reported, and what has nobody."""

from services.contracts.volunteers import NeedStatus
from services.volunteers.coordination.calls import Why, calls, uncovered
from tests.unit.volunteers.making import a_need, accepted, offered
from tests.unit.volunteers.world import DAY, HOUR, NOW

START = NOW + 2 * DAY


def test_people_are_called_once_for_all_that_they_have_to_be_called_about() -> None:
    one, two = offered(a_need("need-1"), "ann"), accepted(a_need("need-2", starts_at=START + HOUR), "ann")
    (call,) = calls([two, one], NOW)
    assert [(need.id, why) for need, why in call.about] == [("need-1", Why.AWAITS_ANSWER), ("need-2", Why.GOES)]


def test_people_who_have_not_reported_are_called_after_the_end_and_nobody_about_a_cancelled_need() -> None:
    need = accepted(a_need(), "ann")
    (call,) = calls([need], START + HOUR)
    assert [why for _, why in call.about] == [Why.NOT_REPORTED]
    assert calls([need.model_copy(update={"status": NeedStatus.CANCELLED})], NOW) == []
    assert calls([offered(a_need(), "ann")], START + HOUR) == []


def test_a_need_for_which_nobody_is_asked_is_uncovered_until_it_starts() -> None:
    need = a_need()
    assert uncovered([need, offered(a_need("need-2"), "ann")], NOW) == [need]
    assert uncovered([need], START) == []
