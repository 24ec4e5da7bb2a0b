"""The verdict on a case that has ended is its reporter's, within a time; staff may give it for them, on record."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from pydantic import ValidationError

from services.chassis.aggregate import Decision
from services.chassis.principal import Principal
from services.contracts.issues import CaseStatus
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.verdict import (
    OnlyTheReporter,
    Rate,
    Reopen,
    TooLateToRate,
    TooLateToReopen,
    rate,
    reopen,
)
from tests.unit.issues.world import (
    HANDLER,
    NEIGHBOUR,
    NOW,
    RESIDENT,
    STAFF,
    SUPERVISOR,
    WALKER,
    a_case,
)


@pytest.mark.parametrize(
    "act", [lambda c, by: reopen(c, Reopen(reason="x"), by, NOW), lambda c, by: rate(c, Rate(rating=1), by, NOW)]
)
def test_the_verdict_is_the_reporters_or_staffs_on_record(act: Callable[[Case, Principal], Decision[Case]]) -> None:
    verified = a_case(CaseStatus.VERIFIED)
    for other in (NEIGHBOUR, HANDLER, SUPERVISOR, WALKER):
        with pytest.raises(OnlyTheReporter):
            act(verified, other)
    assert act(verified, RESIDENT).events[0].data()["by"] == RESIDENT.sub
    assert act(verified, STAFF).events[0].data()["by"] == STAFF.sub


def test_a_case_is_reopened_within_fourteen_days() -> None:
    verified = a_case(CaseStatus.VERIFIED)
    assert reopen(verified, Reopen(reason="x"), RESIDENT, NOW + timedelta(days=14)).aggregate.reopened == 1
    assert rate(verified, Rate(rating=1), RESIDENT, NOW + timedelta(days=14)).aggregate.rating == 1
    too_late = NOW + timedelta(days=14, milliseconds=1)
    with pytest.raises(TooLateToReopen):
        reopen(verified, Reopen(reason="x"), RESIDENT, too_late)
    with pytest.raises(TooLateToRate):
        rate(verified, Rate(rating=1), RESIDENT, too_late)


def test_staff_who_speak_for_the_reporter_stand_on_record() -> None:
    verified = a_case(CaseStatus.VERIFIED)
    for by, instead in ((STAFF, True), (RESIDENT, False)):
        told = (*rate(verified, Rate(rating=2), by, NOW).events, *reopen(verified, Reopen(reason="x"), by, NOW).events)
        assert [(event.data()["for_reporter"], event.data()["by"]) for event in told] == [(instead, by.sub)] * 2


@pytest.mark.parametrize("rating", [0, 6, 2.5, "many"])
def test_a_rating_is_one_to_five(rating: object) -> None:
    with pytest.raises(ValidationError):
        Rate.model_validate({"rating": rating})


S = CaseStatus


def test_nobody_rates_for_nobody() -> None:
    forgotten = a_case(S.VERIFIED).model_copy(update={"reporter": None})
    with pytest.raises(OnlyTheReporter):
        rate(forgotten, Rate(rating=5), STAFF, NOW)
    assert reopen(forgotten, Reopen(reason="又坏了"), STAFF, NOW).aggregate.status is S.REOPENED
