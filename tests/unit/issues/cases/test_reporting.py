"""How a case is reported and filed: by whom, under which category, and which of their words nobody else is told."""

import pytest
from pydantic import ValidationError

from services.chassis.errors import NotYours
from services.contracts.issues import CaseStatus, Channel
from services.issues.cases.domain.handling import (
    Dispatch,
    EvidenceMissing,
    UnitElsewhere,
    dispatch,
)
from services.issues.cases.domain.reporting import Accept, PlaceElsewhere, Report, TitleByResident, accept, report
from services.issues.cases.domain.verdict import Rate, Reopen, rate, reopen
from services.issues.catalogue.domain.catalogue import UnknownCategory
from tests.unit.issues.world import (
    BUILDING,
    CATALOGUE,
    CLOCKS,
    HERE,
    NOW,
    RESIDENT,
    STAFF,
    STRANGER,
    WALKER,
    a_building,
    a_case,
    a_report,
    a_unit,
)


def test_fixed_on_the_spot_needs_the_evidence_too_and_is_for_workers() -> None:
    with pytest.raises(EvidenceMissing):
        a_report(WALKER, fixed=True)
    with pytest.raises(NotYours):
        a_report(RESIDENT, fixed=True, after=("p",))


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


def test_a_misspelt_field_is_refused() -> None:
    with pytest.raises(ValidationError):
        Report.model_validate(
            {"community": HERE, "category": "lighting", "place": BUILDING.id, "reporter_phone": "138"}
        )
