"""An enrolment as its person and the desk see it."""

from collections.abc import Sequence
from datetime import date, datetime

from pydantic import BaseModel, Field

from services.chassis.store.aggregates import Stored
from services.events.activities.views import CommandView
from services.events.enrolments.changing import DateOutcome
from services.events.enrolments.domain import Enrolment


class EnrolmentNames(BaseModel):
    """Names, in the caller's language, of what an enrolment names by its id."""

    series: str | None = Field(description="The title of the series.")


class EnrolmentView(BaseModel):
    """Who comes to every date of a series, and which dates are left out."""

    id: str
    community: str
    version: int
    series: str
    person: str
    party: int
    children: tuple[str, ...]
    called: str | None
    left_out: tuple[date, ...]
    stands: bool
    made_at: datetime
    names: EnrolmentNames
    can: list[CommandView] = Field(description="What the caller may do now.")

    @classmethod
    def of(cls, stored: Stored[Enrolment], names: EnrolmentNames, can: list[CommandView]) -> "EnrolmentView":
        """The enrolment as it stands."""
        shared = EnrolmentView.model_fields.keys() - {"version", "party", "names", "can"}
        enrolment = stored.aggregate
        fields = {name: getattr(enrolment, name) for name in shared}
        return EnrolmentView(version=stored.version, party=enrolment.heads, names=names, can=can, **fields)


class EnrolmentChangeView(EnrolmentView):
    """An enrolment with the party that comes from now on, and what becomes of each coming date of it."""

    dates: tuple[DateOutcome, ...]

    @classmethod
    def after(cls, view: EnrolmentView, dates: Sequence[DateOutcome]) -> "EnrolmentChangeView":
        """The enrolment as it is then."""
        return cls(**view.model_dump(), dates=tuple(dates))
