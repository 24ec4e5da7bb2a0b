"""What topics may be told of a case that is withheld."""

from typing import Any

from services.chassis.aggregate import Decision
from services.contracts.event import fold
from services.contracts.issues import CaseWithheld, CaseWithheldState
from services.issues.cases.domain.publicity import is_public

TOLD = {"public", "status", "reported_at", "due_at", "overdue", "handled_at", "closed_at"}


def assert_tells_nothing(decision: Decision[Any]) -> None:
    """Status and times, whatever happened; and the last that is told is the state."""
    after = decision.aggregate
    assert after.withholds
    assert not is_public(after.model_dump())
    state = after.public()
    for event in decision.events:
        told = after.told(event)
        assert (type(told), set(told.public_data())) == (CaseWithheld, TOLD)
        assert fold({}, CaseWithheldState, told.public_data()) == state.model_dump(mode="json")
