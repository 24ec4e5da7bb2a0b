"""How the API shows care plans, and the record of who was told where an elder lives."""

from datetime import datetime

from pydantic import BaseModel

from services.chassis.store.aggregates import Stored
from services.contracts.volunteers import CarePlanState
from services.volunteers.care.domain.plans import CarePlan, EmergencyContact
from services.volunteers.care.domain.recurrence import Recurrence
from services.volunteers.people.domain.profile import AgeBand, Gender
from services.volunteers.shared.views import Identified, shown


class CarePlanView(CarePlanState, Identified):
    """A care plan, as staff see it. `home`, `note` and `emergency` are told where one plan is read, on record."""

    recurrence: Recurrence
    gender: Gender | None
    urgency: int
    age_band: AgeBand | None
    refused: list[str]
    family: list[str]
    home: str | None
    note: str | None
    emergency: EmergencyContact | None


class ReadingView(BaseModel):
    """A reading. `need`: the visit that it was for, null where staff read the plan itself."""

    id: str
    community: str
    person: str
    need: str | None
    care_plan: str
    at: datetime


def care_plan_view(stored: Stored[CarePlan], *, exact: bool = False) -> CarePlanView:
    """The plan, with the elder's home and the note only where `exact` is asked for.

    Raises:
        UnknownAggregate: the elder was erased.
    """
    plan = stored.aggregate
    told = ("home", "note", "emergency")
    private = {name: getattr(plan, name) if exact else None for name in told}
    asked = {name: getattr(plan, name) for name in ("recurrence", "gender", "urgency", "age_band")}
    return shown(CarePlanView, stored, **asked, refused=sorted(plan.refused), family=sorted(plan.family), **private)
