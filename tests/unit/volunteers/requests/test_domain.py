"""Requests for help: residents ask for themselves, others decide once, and what is granted becomes a need."""

from typing import Any

import pytest

from services.chassis.errors import NotYours
from services.contracts.volunteers import HelpRequestStatus, Origin
from services.volunteers.needs.domain.eligibility import Filter, first_failure
from services.volunteers.needs.domain.opening import open_for_request
from services.volunteers.requests import domain
from services.volunteers.requests.domain import (
    AskForHelp,
    DecidedAlready,
    DecidedByAnother,
    Grant,
    HelpRequest,
    InThePast,
    Refuse,
    need_of_request,
)
from services.volunteers.requests.possible import possible
from services.volunteers.shared.values.spans import EndsBeforeStart, TooLong
from tests.unit.volunteers.decisions import assert_folds
from tests.unit.volunteers.making import a_volunteer
from tests.unit.volunteers.world import DAY, HERE, HOUR, NOW, STAFF, STRANGER, person

OLD = person("old")


def wish(**fields: Any) -> AskForHelp:
    given: dict[str, Any] = {
        "community": HERE,
        "category": "chores",
        "starts_at": NOW + DAY,
        "ends_at": NOW + DAY + HOUR,
        "building": "b1",
        "home": "1-201",
        "words": "换灯泡",
    }
    return AskForHelp(**given | fields)


def asked(**fields: Any) -> HelpRequest:
    return domain.ask("help-1", wish(**fields), OLD, NOW).aggregate


def test_residents_ask_for_themselves_and_staff_for_anybody() -> None:
    decision = domain.ask("help-1", wish(), OLD, NOW)
    assert_folds(None, decision)
    assert (decision.aggregate.person, decision.aggregate.helped) == ("old", "old")
    with pytest.raises(NotYours):
        domain.ask("help-1", wish(helped="neighbour"), OLD, NOW)
    assert domain.ask("help-1", wish(helped="old"), STAFF, NOW).aggregate.helped == "old"
    with pytest.raises(NotYours):
        domain.ask("help-1", wish(), STRANGER, NOW)


@pytest.mark.parametrize(
    ("times", "refusal"),
    [((HOUR, HOUR), EndsBeforeStart), ((HOUR, 26 * HOUR), TooLong), ((-HOUR, HOUR), InThePast)],
)
def test_times_that_make_no_sense_are_refused(times: Any, refusal: Any) -> None:
    with pytest.raises(refusal):
        asked(starts_at=NOW + times[0], ends_at=NOW + times[1])
    with pytest.raises(refusal):
        domain.grant(asked(), Grant(starts_at=NOW + times[0], ends_at=NOW + times[1]), STAFF, NOW)


def test_what_is_granted_becomes_a_need_that_who_is_helped_never_takes() -> None:
    decision = domain.grant(asked(), Grant(skill="haircut", seats=2, starts_at=NOW + 2 * DAY), STAFF, NOW)
    assert_folds(asked(), decision)
    granted = decision.aggregate
    assert (granted.status, granted.need) == (HelpRequestStatus.GRANTED, need_of_request("help-1"))
    opened = open_for_request(granted, NOW)
    assert_folds(None, opened)
    need = opened.aggregate
    assert (need.id, need.request, need.origin) == (granted.need, "help-1", Origin.DIRECT)
    assert (need.starts_at, need.ends_at, need.seats) == (NOW + 2 * DAY, NOW + 2 * DAY + HOUR, 2)
    assert (need.skill, need.building, need.adults_only) == ("haircut", "b1", True)
    old = a_volunteer("old", skills=frozenset({"haircut"}))
    assert first_failure(need, old, NOW) is Filter.BLOCKED_PAIR
    assert "1-201" not in opened.events[0].model_dump_json()


def test_a_request_is_decided_once_and_by_somebody_else() -> None:
    own = domain.ask("help-1", wish(), STAFF, NOW).aggregate
    with pytest.raises(DecidedByAnother):
        domain.grant(own, Grant(), STAFF, NOW)
    with pytest.raises(NotYours):
        domain.grant(asked(), Grant(), person("ann"), NOW)
    refused = domain.refuse(asked(), Refuse(reason="请拨打物业电话"), STAFF, NOW)
    assert_folds(asked(), refused)
    with pytest.raises(DecidedAlready):
        domain.grant(refused.aggregate, Grant(), STAFF, NOW)
    with pytest.raises(DecidedAlready):
        domain.refuse(refused.aggregate, Refuse(reason="-"), STAFF, NOW)
    with pytest.raises(DecidedAlready):
        domain.withdraw(refused.aggregate, OLD, NOW)


def test_who_asked_withdraws_and_the_need_that_followed_is_named() -> None:
    granted = domain.grant(asked(), Grant(), STAFF, NOW).aggregate
    gone = domain.withdraw(granted, OLD, NOW)
    assert_folds(granted, gone)
    assert gone.events[0].model_dump()["need"] == granted.need
    assert domain.withdraw(gone.aggregate, OLD, NOW).events == ()
    with pytest.raises(NotYours):
        domain.withdraw(granted, person("ann"), NOW)


def test_what_one_can_is_what_is_not_refused() -> None:
    assert possible(asked(), OLD, NOW) == ["withdraw"]
    assert possible(asked(), STAFF, NOW) == ["grant", "refuse", "withdraw"]
    assert possible(asked(), STRANGER, NOW) == []
    assert possible(domain.withdraw(asked(), OLD, NOW).aggregate, STAFF, NOW) == []


def test_nothing_stays_of_who_is_erased() -> None:
    granted = domain.grant(asked(), Grant(), STAFF, NOW).aggregate
    erased = domain.erase(granted, "stand-in")
    gone = erased.aggregate
    assert gone.public() is None
    assert (gone.person, gone.helped, gone.home, gone.words, gone.building) == ("stand-in",) * 2 + (None,) * 3
    assert domain.erase(gone, "stand-in").events == ()
