"""How much of a case is shown to whom."""

from services.contracts.issues import CaseStatus
from tests.unit.issues.world import (
    HANDLER,
    NEIGHBOUR,
    OTHER_HANDLER,
    RESIDENT,
    STAFF,
    STRANGER,
    SUPERVISOR,
    WALKER,
    a_case,
)


def test_what_is_shown_to_whom() -> None:
    case = a_case(CaseStatus.DISPATCHED, contact={"phone": "13812345678"})
    contact = {by.sub for by in PEOPLE if case.shows_contact_to(by)}
    inside = {by.sub for by in PEOPLE if case.shows_inside_to(by)}
    assert contact == {RESIDENT.sub, STAFF.sub, HANDLER.sub}
    assert inside == contact | {SUPERVISOR.sub, WALKER.sub}


PEOPLE = (RESIDENT, NEIGHBOUR, STAFF, HANDLER, OTHER_HANDLER, SUPERVISOR, WALKER, STRANGER)
