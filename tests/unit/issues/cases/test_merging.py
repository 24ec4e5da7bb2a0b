"""Merging and taking apart: what comes back is what was there, with the time that was left; nobody ends in a circle."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import NotYours, UnknownAggregate
from services.chassis.principal import SYSTEM
from services.contracts.issues import CaseStatus
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.clock import Clocks
from services.issues.cases.domain.merging import (
    Merge,
    MergedIntoClosed,
    MergedIntoItself,
    Unmerge,
    follow,
    merge,
    undo_merge,
    unmerge,
)
from services.issues.cases.domain.transitions import CLOSED, MERGEABLE, NotNow
from tests.unit.issues.world import (
    HANDLER,
    NEIGHBOUR,
    NOW,
    RESIDENT,
    STAFF,
    STRANGER,
    SUPERVISOR,
    WALKER,
    a_case,
    assert_folds,
)

CLOCKS = Clocks()


OTHER = a_case(CaseStatus.ACCEPTED).model_copy(update={"id": "case-2", "reporter": NEIGHBOUR.sub})


_CLOCK = {
    *("phase_due_at", "contacting_due_at", "warn_at", "tick_at", "due_at"),
    *("due_from", "due_for", "phase_from", "phase_for", "warn_for"),
}


def into(case: Case, other: Case = OTHER, **more: Any) -> Case:
    return merge(case, Merge(into=other.id, **more), other, CLOCKS, STAFF, NOW).aggregate


def left(case: Case, now: Any) -> list[timedelta | None]:
    """What is left of the phase and of the handling, in plain time or office time alike."""
    return [
        None if moment is None else CLOCKS.time.between(now, moment, plain=False)
        for moment in (case.phase_due_at, case.due_at)
    ]


@given(
    status=st.sampled_from(MERGEABLE),
    away=st.timedeltas(min_value=timedelta(), max_value=timedelta(days=60)),
)
def test_taken_apart_it_goes_on_where_it_was(status: CaseStatus, away: timedelta) -> None:
    before = a_case(status)
    joined = merge(before, Merge(into=OTHER.id, reason="同一盏灯"), OTHER, CLOCKS, STAFF, NOW)
    assert_folds(before, joined)
    merged = joined.aggregate
    assert (merged.status, merged.merged_into, merged.phase, merged.due_at) == (
        CaseStatus.MERGED,
        OTHER.id,
        None,
        before.due_at if status is CaseStatus.HANDLED else None,
    )
    parted = unmerge(merged, Unmerge(), CLOCKS, STAFF, NOW + away)
    assert_folds(merged, parted)
    after = parted.aggregate
    gone = {"remarks", *_CLOCK}
    assert after.model_dump(exclude=gone) == before.model_dump(exclude=gone)
    assert [moment is None for moment in (after.phase_due_at, after.due_at, after.tick_at)] == [
        moment is None for moment in (before.phase_due_at, before.due_at, before.tick_at)
    ]
    if all(span.unit != "hours" for span in (before.deadlines.handling, before.deadlines.sign)):
        assert left(after, NOW + away) == left(before, NOW)
    assert parted.events[0].public_data()["previous_case"] == OTHER.id


@pytest.mark.parametrize("status", sorted(set(CaseStatus) - set(MERGEABLE)))
def test_what_is_over_or_waits_is_not_merged(status: CaseStatus) -> None:
    case = OTHER.model_copy(update={"status": status})
    with pytest.raises(NotNow):
        merge(case, Merge(into="case-3"), a_case(CaseStatus.ACCEPTED), CLOCKS, STAFF, NOW)
    if status is not CaseStatus.MERGED:
        with pytest.raises(NotNow):
            unmerge(case, Unmerge(), CLOCKS, STAFF, NOW)


@pytest.mark.parametrize("status", sorted(CLOSED))
def test_nothing_is_merged_into_what_is_over(status: CaseStatus) -> None:
    with pytest.raises(MergedIntoClosed):
        into(a_case(CaseStatus.REPORTED), OTHER.model_copy(update={"status": status}))


def test_not_into_itself_nor_into_another_community() -> None:
    case = a_case(CaseStatus.REPORTED)
    with pytest.raises(MergedIntoItself):
        into(case, case)
    with pytest.raises(MergedIntoItself):  # by way of case-2, which is merged into it
        merge(case, Merge(into=OTHER.id), case, CLOCKS, STAFF, NOW)
    with pytest.raises(UnknownAggregate):
        into(case, OTHER.model_copy(update={"community": "elsewhere"}))


@pytest.mark.parametrize("by", [RESIDENT, HANDLER, SUPERVISOR, WALKER, STRANGER])
def test_the_staff_merge(by: Any) -> None:
    case = a_case(CaseStatus.REPORTED)
    with pytest.raises(NotYours):
        merge(case, Merge(into=OTHER.id), OTHER, CLOCKS, by, NOW)
    with pytest.raises(NotYours):
        unmerge(into(case), Unmerge(), CLOCKS, by, NOW)


def test_a_chain_is_followed_to_its_end_once() -> None:
    merged = into(a_case(CaseStatus.REPORTED))
    moved = follow(merged, "case-9")
    assert_folds(merged, moved)
    assert (moved.aggregate.merged_into, moved.aggregate.joined) == ("case-9", OTHER.id)
    assert follow(moved.aggregate, "case-9").events == ()
    assert follow(a_case(CaseStatus.REPORTED), "case-9").events == ()


def test_crosswise_mergers_come_apart_on_record_of_the_platform() -> None:
    parted = undo_merge(into(a_case(CaseStatus.DISPATCHED)), CLOCKS, NOW)
    assert parted.aggregate.status is CaseStatus.DISPATCHED
    assert parted.events[0].data()["by"] == SYSTEM
    assert undo_merge(parted.aggregate, CLOCKS, NOW).events == ()
