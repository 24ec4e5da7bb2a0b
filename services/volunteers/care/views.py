"""How the API shows care plans, and the record of who was told where an elder lives."""

from datetime import datetime

from pydantic import BaseModel, Field

from services.chassis.principal import Principal
from services.chassis.store.aggregates import Stored
from services.contracts.volunteers import CarePlanState
from services.volunteers.care.domain.kinds import CareKind
from services.volunteers.care.domain.plans import CarePlan, EmergencyContact
from services.volunteers.care.domain.recurrence import Recurrence
from services.volunteers.care.possible import possible
from services.volunteers.names.store import CommunityNames, Name
from services.volunteers.people.domain.profile import AgeBand, Gender
from services.volunteers.shared.views import Identified, shown


class CarePlanView(CarePlanState, Identified):
    """A care plan, as staff see it. `home`, `note` and `emergency` are null unless one plan alone is read, which is put
    on record. `work` and `place`: the kind and the building of the plan in words.
    """

    kind: CareKind  # type: ignore[assignment]  # events tell chat as a visit whose purpose it is
    work: Name
    place: Name | None
    can: list[str] = Field(description="The commands that the caller may give now; all others are refused.")
    recurrence: Recurrence
    skill_level: int = Field(description="The least level of the skill that the kind of care asks for.")
    gender: Gender | None
    continuity: bool = Field(description="The elder wishes for the same people again; matching prefers them.")
    urgency: int
    age_band: AgeBand | None
    refused: list[str]
    family: list[str]
    home: str | None
    note: str | None
    emergency: EmergencyContact | None


class ReadingView(BaseModel):
    """A reading of a home by `person`. `need`: the need for which the home was read; null if staff read the care plan
    itself. `request`: the request for help from which the need came; null if the need came from a care plan.
    """

    id: str
    community: str
    person: str
    need: str | None
    care_plan: str | None
    at: datetime
    request: str | None


def care_plan_view(
    stored: Stored[CarePlan], by: Principal, names: CommunityNames, now: datetime, *, exact: bool = False
) -> CarePlanView:
    """The plan as `by` sees it at `now`. `exact`: with the elder's home, the note and the emergency contact.

    Raises:
        UnknownAggregate: the elder was erased.
    """
    plan = stored.aggregate
    told = ("home", "note", "emergency")
    private = {name: getattr(plan, name) if exact else None for name in told}
    asked = {
        name: getattr(plan, name)
        for name in ("recurrence", "skill_level", "gender", "continuity", "urgency", "age_band")
    }
    return shown(
        CarePlanView,
        stored,
        kind=plan.care,
        **asked,
        refused=sorted(plan.refused),
        family=sorted(plan.family),
        work=names.work(plan.care.value),
        place=names.place(plan.building),
        can=possible(plan, by, now),
        **private,
    )
