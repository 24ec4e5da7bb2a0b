"""A message by voice is on the list until somebody has called."""

import pytest

from services.chassis.errors import NotYours
from services.chassis.principal import Principal, Role, member
from services.contracts.notices import Suppression
from services.notify.notices.domain.calls import CallOutcome, NotOnTheList, called, still_wanted
from services.notify.notices.domain.notice import Notice, Review
from services.notify.notices.domain.planning import Planned
from services.notify.notices.domain.sending import deliver
from services.notify.notices.domain.stages import Stage
from services.notify.shared.values import Way
from tests.unit.notify.given import HERE, NOW, RESIDENT, STAFF, a_queued

GRID = member("grid-1", HERE, Role.GRID_WORKER)


def on_the_list(channel: Way = Way.CALL) -> Notice:
    return deliver(a_queued(channel), Review(Planned(channel, NOW), NOW)).aggregate


def test_it_is_told_once_whoever_calls() -> None:
    waits = on_the_list()
    assert waits.stage is Stage.ACCEPTED
    again = called(waits, CallOutcome.NO_ANSWER, GRID, NOW).aggregate
    assert (again.stage, again.attempts) == (Stage.ACCEPTED, 1)
    told = called(again, CallOutcome.TOLD, GRID, NOW)
    assert (told.aggregate.stage, len(told.events)) == (Stage.DELIVERED, 1)
    assert called(told.aggregate, CallOutcome.TOLD, STAFF, NOW).events == ()
    with pytest.raises(NotOnTheList):
        called(told.aggregate, CallOutcome.NO_ANSWER, STAFF, NOW)
    wrong = called(waits, CallOutcome.WRONG_NUMBER, STAFF, NOW).aggregate
    assert wrong.stage is Stage.BOUNCED
    assert called(wrong, CallOutcome.WRONG_NUMBER, STAFF, NOW).events == ()


@pytest.mark.parametrize(
    ("notice", "by", "refusal"), [(on_the_list(Way.INBOX), STAFF, NotOnTheList), (on_the_list(), RESIDENT, NotYours)]
)
def test_nobody_else_and_nothing_else(notice: Notice, by: Principal, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        called(notice, CallOutcome.TOLD, by, NOW)


def test_who_wants_no_such_messages_any_more_is_not_called() -> None:
    listed, unwanted = on_the_list(), Planned(Way.CALL, NOW, Suppression.PREFERENCE)
    assert still_wanted(listed, Planned(Way.CALL, NOW)).events == ()
    given_up = still_wanted(listed, unwanted).aggregate
    assert (given_up.stage, given_up.reason, given_up.delivered_at) == (Stage.SUPPRESSED, Suppression.PREFERENCE, None)
    assert still_wanted(called(listed, CallOutcome.TOLD, GRID, NOW).aggregate, unwanted).events == ()
