"""An enrolment as its person and the desk see it."""

from datetime import date, datetime

from pydantic import BaseModel

from services.chassis.store.aggregates import Stored
from services.events.enrolments.domain import Enrolment


class EnrolmentView(BaseModel):
    """Who comes to every date of a series, and which dates are left out."""

    id: str
    community: str
    version: int
    series: str
    person: str
    party: int
    left_out: tuple[date, ...]
    stands: bool
    made_at: datetime

    @classmethod
    def of(cls, stored: Stored[Enrolment]) -> "EnrolmentView":
        shared = cls.model_fields.keys() - {"version", "party"}
        enrolment = stored.aggregate
        fields = {name: getattr(enrolment, name) for name in shared}
        return cls(version=stored.version, party=enrolment.heads, **fields)
