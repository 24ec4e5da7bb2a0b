"""The staff put an open case right: whatever was filed wrongly, with a reason; clocks follow the category."""

from typing import Any

import pytest

from services.chassis.aggregate import Decision
from services.chassis.errors import NotYours
from services.chassis.principal import Principal
from services.contracts.issues import CaseAmended, CaseShown, CaseStatus, Channel, Priority
from services.issues.cases.domain.amending import Amend, NothingToAmend, amend
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.reporting import PlaceElsewhere
from services.issues.cases.domain.transitions import CaseCommand, NotNow
from services.issues.catalogue.domain.catalogue import Catalogue, UnknownCategory
from services.issues.catalogue.domain.questions import AnswersRefused, Question, QuestionKind
from services.issues.places.domain.datum import Datum, GivenPoint
from services.issues.places.domain.places import Place
from tests.unit.issues.world import (
    BUILDING,
    CATALOGUE,
    CLOCKS,
    HANDLER,
    NOW,
    RESIDENT,
    STAFF,
    WALKER,
    a_building,
    a_case,
    a_report,
    assert_folds,
)

OPEN = [s for s in CaseStatus if s not in ("verified", "evaluated", "rejected", "merged")]


def a_category(code: str, **fields: Any) -> Catalogue:
    """The catalogue in its next edition, in which category `code` is like that."""
    changed = [c.model_copy(update=fields) if c.code == code else c for c in CATALOGUE.categories]
    return CATALOGUE.model_copy(update={"version": 7, "categories": tuple(changed)})


def amended(
    case: Case, catalogue: Catalogue = CATALOGUE, place: Place | None = None, by: Principal = STAFF, **fields: Any
) -> Decision[Case]:
    if place is not None:
        fields["place"] = place.id
    decision = amend(case, Amend(reason="登记有误", **fields), catalogue, place, CLOCKS, by, NOW)
    if decision.aggregate.is_public:
        assert_folds(case, decision)
    return decision


@pytest.mark.parametrize("status", OPEN)
def test_everything_is_put_right_in_every_open_status(status: CaseStatus) -> None:
    case = a_case(status)
    elsewhere = a_building(3)
    decision = amended(case, place=elsewhere, title="三号楼路灯", priority=Priority.URGENT, spot="东侧", floor=5)
    changed = decision.aggregate
    assert (changed.title, changed.priority, changed.spot) == ("三号楼路灯", Priority.URGENT, "东侧")
    assert (changed.place, changed.at, changed.building, changed.floor) == (*[elsewhere.id] * 3, 5)
    assert (changed.remarks[-1].text, changed.remarks[-1].about) == ("登记有误", CaseCommand.AMEND)
    assert (changed.status, changed.tick_at, changed.due_at) == (case.status, case.tick_at, case.due_at)
    [event] = decision.events
    assert isinstance(event, CaseAmended)
    assert set(event.amended) == {"title", "priority", "place", "spot", "floor"}
    assert "登记有误" not in str(event.public_data())


@pytest.mark.parametrize("status", ["verified", "evaluated", "rejected"])
def test_what_is_closed_stays_as_it_was(status: str) -> None:
    with pytest.raises(NotNow):
        amended(a_case(CaseStatus(status)), title="x")


@pytest.mark.parametrize("by", [RESIDENT, HANDLER, WALKER])
def test_only_staff_correct(by: Principal) -> None:
    with pytest.raises(NotYours):
        amended(a_case(CaseStatus.DISPATCHED), by=by, title="x")


def test_a_grid_workers_case_is_corrected_too() -> None:
    found = a_report(WALKER, title="楼道灯").aggregate
    assert (found.channel, found.status) == (Channel.GRID_WORKER, CaseStatus.ACCEPTED)
    assert amended(found, category="noise").aggregate.category == "noise"


def test_another_category_asks_its_questions_and_is_filed_under_the_edition_in_force() -> None:
    asked = Question(code="since", kind=QuestionKind.STRING, zh="何时开始", en="Since when", required=True)
    catalogue = a_category("noise", questions=(asked,), evidence=True)
    case = a_case(CaseStatus.ACCEPTED).model_copy(update={"raised": 1})
    with pytest.raises(AnswersRefused):
        amended(case, catalogue, category="noise")
    changed = amended(case, catalogue, category="noise", answers={"since": "昨晚"}).aggregate
    noise = catalogue.category("noise")
    assert (changed.catalogue, changed.answers, changed.evidence) == (7, {"since": "昨晚"}, True)
    assert changed.category_zh == noise.zh
    assert list(Priority).index(changed.priority) == list(Priority).index(noise.priority) + 1
    kept = amended(changed.model_copy(update={"catalogue": 6}), catalogue, category="noise").aggregate
    assert (kept.answers, kept.catalogue) == ({"since": "昨晚"}, 7)
    again = amended(changed, catalogue, answers={"since": "上周"}).aggregate
    assert (again.answers, again.catalogue) == ({"since": "上周"}, 7)
    with pytest.raises(UnknownCategory):
        amended(case, category="no-such")


def test_a_category_that_is_not_public_takes_the_case_out_of_sight_and_back() -> None:
    private = amended(a_case(CaseStatus.ACCEPTED), category="hardship").aggregate
    assert not private.is_public
    shown = amend(private, Amend(category="noise", reason="r"), CATALOGUE, None, CLOCKS, STAFF, NOW)
    assert shown.aggregate.is_public
    assert [type(event) for event in shown.events] == [CaseShown, CaseAmended]


def test_the_point_of_a_case_is_put_right_or_taken_away_and_told_of_as_its_place() -> None:
    stood = GivenPoint(lon=114.2, lat=30.6)
    case = a_report(point=stood.model_dump()).aggregate
    assert amended(case, title="灯", place=a_building(3)).aggregate.point == stood.point()
    moved = amended(case, place=a_building(3), point={"lon": 114.21, "lat": 30.61, "datum": "GCJ-02"})
    assert moved.aggregate.point == GivenPoint(lon=114.21, lat=30.61, datum=Datum.GCJ02).point()
    assert isinstance(moved.events[0], CaseAmended)
    assert moved.events[0].amended == ("place",)
    assert amended(case, point=None).aggregate.point is None
    with pytest.raises(NothingToAmend):
        amended(case, point=stood.model_dump())


def test_a_title_is_taken_away_by_null_and_nothing_new_is_refused() -> None:
    case = a_case(CaseStatus.ACCEPTED)
    assert amended(case, title=None).aggregate.title is None
    with pytest.raises(NothingToAmend):
        amended(case)
    with pytest.raises(NothingToAmend):
        amended(case, title=case.title, place=BUILDING)
    with pytest.raises(PlaceElsewhere):
        amended(case, place=a_building(community="elsewhere"))
