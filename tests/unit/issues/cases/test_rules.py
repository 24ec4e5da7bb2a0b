"""The object rules of a case: who may act on which, what a command must bring, what is shown to whom."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from pydantic import ValidationError

from services.chassis.aggregate import Decision
from services.chassis.errors import NotYours
from services.chassis.principal import Principal, Role
from services.contracts.issues import CaseStatus, Channel
from services.issues.cases.domain.case import (
    Case,
    DueInThePast,
    EvidenceMissing,
    OnlyTheReporter,
    PlaceElsewhere,
    TitleByResident,
    TooLateToRate,
    TooLateToReopen,
    TooManyPhotos,
    UnitElsewhere,
    VerifierIsHandler,
    VerifierIsReporter,
)
from services.issues.cases.domain.handling import (
    Dispatch,
    Handle,
    SendBack,
    Start,
    Verify,
    dispatch,
    handle,
    send_back,
    start,
    verify,
)
from services.issues.cases.domain.reporting import Accept, Report, accept, report
from services.issues.cases.domain.verdict import Rate, Reopen, rate, reopen
from services.issues.catalogue.domain.catalogue import UnknownCategory
from tests.unit.issues.world import (
    BUILDING,
    CATALOGUE,
    CLOCKS,
    HANDLER,
    HERE,
    NEIGHBOUR,
    NOW,
    OTHER_HANDLER,
    OTHER_UNIT,
    RESIDENT,
    STAFF,
    STRANGER,
    SUPERVISOR,
    UNIT,
    WALKER,
    a_building,
    a_case,
    a_report,
    a_unit,
    person,
)


def test_who_handled_never_verifies_even_as_supervisor_of_no_unit() -> None:
    handled = a_case(CaseStatus.HANDLED)
    turncoat = person(HANDLER.sub, Role.SUPERVISOR)
    with pytest.raises(VerifierIsHandler):
        verify(handled, Verify(), turncoat, NOW)
    with pytest.raises(VerifierIsHandler):
        send_back(handled, SendBack(reason="x"), CLOCKS, turncoat, NOW)


def test_a_colleague_of_the_handler_does_not_verify() -> None:
    colleague = person("colleague", Role.SUPERVISOR, units=(UNIT.id, OTHER_UNIT.id))
    with pytest.raises(VerifierIsHandler):
        verify(a_case(CaseStatus.HANDLED), Verify(), colleague, NOW)


def test_the_reporter_does_not_verify() -> None:
    with pytest.raises(VerifierIsReporter):
        verify(a_case(CaseStatus.HANDLED), Verify(), person(RESIDENT.sub, Role.SUPERVISOR), NOW)


def test_who_started_before_a_return_still_does_not_verify() -> None:
    started = start(a_case(CaseStatus.DISPATCHED), Start(), CLOCKS, HANDLER, NOW).aggregate
    moved = started.model_copy(update={"status": CaseStatus.RETURNED, "unit": None})
    again = dispatch(moved, Dispatch(unit=OTHER_UNIT.id), OTHER_UNIT, CLOCKS, STAFF, NOW).aggregate
    handled = handle(again, Handle(photos=("p",)), CLOCKS, OTHER_HANDLER, NOW).aggregate
    with pytest.raises(VerifierIsHandler):
        verify(handled, Verify(), person(HANDLER.sub, Role.SUPERVISOR), NOW)


def test_what_a_worker_fixed_on_the_spot_is_verified_by_another() -> None:
    fixed = a_report(WALKER, fixed=True, after=("photo-1",)).aggregate
    with pytest.raises(VerifierIsHandler):
        verify(fixed, Verify(), person(WALKER.sub, Role.SUPERVISOR), NOW)
    assert verify(fixed, Verify(), SUPERVISOR, NOW).aggregate.status is CaseStatus.VERIFIED


@pytest.mark.parametrize("by", [OTHER_HANDLER, person("h", Role.HANDLER), person("s", Role.STAFF, units=(UNIT.id,))])
def test_only_people_of_the_unit_handle(by: Principal) -> None:
    with pytest.raises(NotYours):
        handle(a_case(CaseStatus.DISPATCHED), Handle(photos=("p",)), CLOCKS, by, NOW)


@pytest.mark.parametrize("by", [RESIDENT, HANDLER, SUPERVISOR, WALKER])
def test_only_staff_dispatch(by: Principal) -> None:
    with pytest.raises(NotYours):
        dispatch(a_case(CaseStatus.ACCEPTED), Dispatch(unit=UNIT.id), UNIT, CLOCKS, by, NOW)


def test_the_evidence_a_category_asks_for_must_come_with_this_handling() -> None:
    with pytest.raises(EvidenceMissing):
        handle(a_case(CaseStatus.DISPATCHED), Handle(note="done"), CLOCKS, HANDLER, NOW)
    with pytest.raises(EvidenceMissing):
        handle(a_case(CaseStatus.SENT_BACK), Handle(note="done again"), CLOCKS, HANDLER, NOW)
    noise = a_case(CaseStatus.DISPATCHED, category="noise")
    corrected = noise.model_copy(update={"evidence": False})
    assert handle(corrected, Handle(), CLOCKS, HANDLER, NOW).aggregate.status is CaseStatus.HANDLED


def test_fixed_on_the_spot_needs_the_evidence_too_and_is_for_workers() -> None:
    with pytest.raises(EvidenceMissing):
        a_report(WALKER, fixed=True)
    with pytest.raises(NotYours):
        a_report(RESIDENT, fixed=True, after=("p",))


def test_a_case_keeps_forty_photos_and_counts_the_same_one_once() -> None:
    case = a_case(CaseStatus.DISPATCHED).model_copy(update={"after": tuple(f"p{n}" for n in range(39))})
    assert handle(case, Handle(photos=("p1", "p2", "new")), CLOCKS, HANDLER, NOW).aggregate.photos == 40
    with pytest.raises(TooManyPhotos):
        handle(case, Handle(photos=("new-1", "new-2")), CLOCKS, HANDLER, NOW)


def test_the_deadline_is_the_categorys_unless_staff_say_otherwise() -> None:
    accepted = a_case(CaseStatus.ACCEPTED)
    assert dispatch(accepted, Dispatch(unit=UNIT.id), UNIT, CLOCKS, STAFF, NOW).aggregate.due_at == NOW + timedelta(
        hours=24
    )
    later = Dispatch(unit=UNIT.id, due_at=NOW + timedelta(days=9))
    assert dispatch(accepted, later, UNIT, CLOCKS, STAFF, NOW).aggregate.due_at == NOW + timedelta(days=9)
    with pytest.raises(DueInThePast):
        dispatch(accepted, Dispatch(unit=UNIT.id, due_at=NOW), UNIT, CLOCKS, STAFF, NOW)


def test_a_new_dispatch_is_not_overdue() -> None:
    late = a_case(CaseStatus.RETURNED).model_copy(update={"overdue": True})
    assert dispatch(late, Dispatch(unit=OTHER_UNIT.id), OTHER_UNIT, CLOCKS, STAFF, NOW).aggregate.overdue is False


def test_nothing_crosses_communities() -> None:
    with pytest.raises(UnitElsewhere):
        dispatch(a_case(CaseStatus.ACCEPTED), Dispatch(unit="u"), a_unit(community="elsewhere"), CLOCKS, STAFF, NOW)
    away = a_building(community="elsewhere")
    with pytest.raises(PlaceElsewhere):
        report("c", Report(community=HERE, category="lighting", place=away.id), away, CATALOGUE, RESIDENT, NOW)
    with pytest.raises(NotYours):
        a_report(STRANGER)


def test_staff_correct_the_category_and_with_it_what_is_promised() -> None:
    accepted = accept(a_case(CaseStatus.REPORTED), Accept(category="lift"), CATALOGUE, STAFF, NOW).aggregate
    assert (accepted.category, accepted.deadlines, accepted.category_zh) == (
        "lift",
        CATALOGUE.category("lift").deadlines,
        "电梯故障",
    )
    with pytest.raises(UnknownCategory):
        accept(a_case(CaseStatus.REPORTED), Accept(category="ufo"), CATALOGUE, STAFF, NOW)


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


def test_residents_write_no_public_title_and_take_no_other_role() -> None:
    with pytest.raises(TitleByResident):
        a_report(RESIDENT, title="张三家门口")
    for channel in (Channel.STAFF, Channel.HOTLINE, Channel.GRID_WORKER, Channel.ROUND, Channel.OPEN311):
        with pytest.raises(NotYours):
            a_report(RESIDENT, channel=channel)
    with pytest.raises(NotYours):
        a_report(RESIDENT, reporter="somebody-else")


def test_a_worker_may_report_as_the_resident_they_also_are() -> None:
    with pytest.raises(NotYours):  # what comes through the residents' channel is its reporter's own
        a_report(STAFF, channel=Channel.RESIDENT, reporter=RESIDENT.sub)
    case = a_report(STAFF, channel=Channel.RESIDENT).aggregate
    assert (case.channel, case.status) == (Channel.RESIDENT, CaseStatus.REPORTED)


def test_a_phone_number_in_a_title_is_masked_in_the_case_and_its_events() -> None:
    decision = a_report(WALKER, title="找王师傅 13812345678")
    assert "13812345678" not in str(decision.aggregate.title)
    accepted = accept(a_case(CaseStatus.REPORTED), Accept(title="电话 13812345678"), CATALOGUE, STAFF, NOW)
    assert "13812345678" not in str(accepted.aggregate.title)
    assert "13812345678" not in str(accepted.events[0].data())


def test_words_and_contact_of_the_reporter_are_on_no_event() -> None:
    case = a_report(contact={"name": "某某", "phone": "13812345678"}, spot="电梯口").aggregate
    spoken = [a_report(contact={"phone": "13812345678"}, spot="电梯口").events[0].data()]
    rated = rate(a_case(CaseStatus.VERIFIED), Rate(rating=1, comment="我住301"), RESIDENT, NOW)
    spoken += [
        e.data() for e in (*rated.events, *reopen(rated.aggregate, Reopen(reason="我住301"), RESIDENT, NOW).events)
    ]
    for trace in ("13812345678", "某某", "楼道灯不亮", "电梯口", "301"):
        assert trace not in str(spoken)
    assert "13812345678" not in repr(case)


def test_what_is_shown_to_whom() -> None:
    case = a_case(CaseStatus.DISPATCHED, contact={"phone": "13812345678"})
    contact = {by.sub for by in PEOPLE if case.shows_contact_to(by)}
    inside = {by.sub for by in PEOPLE if case.shows_inside_to(by)}
    assert contact == {RESIDENT.sub, STAFF.sub, HANDLER.sub}
    assert inside == contact | {SUPERVISOR.sub, WALKER.sub}


PEOPLE = (RESIDENT, NEIGHBOUR, STAFF, HANDLER, OTHER_HANDLER, SUPERVISOR, WALKER, STRANGER)


def test_a_misspelt_field_is_refused() -> None:
    with pytest.raises(ValidationError):
        Report.model_validate(
            {"community": HERE, "category": "lighting", "place": BUILDING.id, "reporter_phone": "138"}
        )
