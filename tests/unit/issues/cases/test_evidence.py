"""Evidence is new: uploaded since the unit owed the handling, used once, and told of to who verifies alone."""

from datetime import timedelta

import pytest

from services.chassis.principal import Principal, Role
from services.contracts.issues import CaseStatus
from services.issues.cases.domain.evidence import EvidenceOld, EvidenceUsed, may_weigh_evidence
from services.issues.cases.domain.handling import Dispatch, Handle, SendBack, dispatch, handle, send_back
from services.issues.shared.values import PhotoOrigin
from tests.unit.issues.world import (
    CLOCKS,
    HANDLER,
    NOW,
    OTHER_HANDLER,
    RESIDENT,
    STAFF,
    SUPERVISOR,
    UNIT,
    WALKER,
    a_case,
    a_report,
    person,
)

S = CaseStatus
HOUR = timedelta(hours=1)


def test_a_photo_that_was_uploaded_before_the_dispatch_shows_nothing() -> None:
    case = dispatch(a_case(S.ACCEPTED), Dispatch(unit=UNIT.id), UNIT, CLOCKS, STAFF, NOW).aggregate
    done = Handle(photos=("photo-1",))
    with pytest.raises(EvidenceOld):
        handle(case, done, CLOCKS, HANDLER, NOW + HOUR, {"photo-1": PhotoOrigin(NOW - HOUR, elsewhere=False)})
    taken = handle(case, done, CLOCKS, HANDLER, NOW + HOUR, {"photo-1": PhotoOrigin(NOW, elsewhere=False)})
    assert taken.aggregate.after == ("photo-1",)


def test_after_it_was_sent_back_a_photo_is_taken_anew() -> None:
    case = a_case(S.HANDLED)
    again = send_back(case, SendBack(reason="仍不亮"), CLOCKS, SUPERVISOR, NOW + 2 * HOUR).aggregate
    with pytest.raises(EvidenceUsed):
        handle(again, Handle(photos=case.after), CLOCKS, HANDLER, NOW + 3 * HOUR)
    unused = {"photo-2": PhotoOrigin(NOW + HOUR, elsewhere=False)}
    with pytest.raises(EvidenceOld):
        handle(again, Handle(photos=("photo-2",)), CLOCKS, HANDLER, NOW + 3 * HOUR, unused)


def test_what_something_else_shows_is_used() -> None:
    elsewhere = {"photo-9": PhotoOrigin(NOW + HOUR, elsewhere=True)}
    with pytest.raises(EvidenceUsed) as refused:
        handle(a_case(S.IN_PROGRESS), Handle(photos=("photo-8", "photo-9")), CLOCKS, HANDLER, NOW + HOUR, elsewhere)
    assert refused.value.sentence("zh").startswith("第 2 张照片已使用过")
    assert refused.value.sentence("en").startswith("Photo 2 was used")
    assert refused.value.params == {"photo": "photo-9"}


def test_a_picture_of_the_problem_is_none_of_its_end() -> None:
    case = a_report(before=("photo-3",)).aggregate
    given = dispatch(
        case.model_copy(update={"status": S.ACCEPTED}), Dispatch(unit=UNIT.id), UNIT, CLOCKS, STAFF, NOW
    ).aggregate
    with pytest.raises(EvidenceUsed):
        handle(given, Handle(photos=("photo-3",)), CLOCKS, HANDLER, NOW + HOUR)


@pytest.mark.parametrize(
    ("by", "told"),
    [
        (SUPERVISOR, True),
        (STAFF, True),
        (HANDLER, False),
        (OTHER_HANDLER, False),
        (RESIDENT, False),
        (WALKER, False),
        (person("x", Role.STAFF, Role.HANDLER, units=(UNIT.id,)), False),
        (person("resident-1", Role.STAFF), False),
        (person("y", Role.SUPERVISOR, community="elsewhere"), False),
    ],
    ids=lambda value: value.sub if isinstance(value, Principal) else str(value),
)
def test_who_may_verify_is_told_when_photos_were_taken(by: Principal, told: bool) -> None:
    assert may_weigh_evidence(a_case(S.HANDLED), by) is told
