"""The phases of a case, their clocks, and what was missed."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from services.contracts.marks import Id, Public, Thing
from services.contracts.value import Value


class CasePhase(StrEnum):
    """What is to be done next with a case; each phase has a deadline of its own."""

    SIGN = "sign"
    CONTACT = "contact"
    HANDLING = "handling"
    VERIFICATION = "verification"


class MissedPhase(Value):
    """A phase that was not over by its deadline, which nothing takes back. `unit` had the case then; None where no unit
    had it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    phase: CasePhase
    unit: Thing[Id | None] = None
    due_at: datetime


class CaseClock(BaseModel):
    """The clock of the phase that runs; no phase, no clock. `contacting_due_at`: by when the unit had to speak with the
    reporter, kept when that phase is over. `unit_due_at`: by when the unit that has the case must handle it, where it
    got the case after `due_at` was missed.
    """

    phase: Public[CasePhase | None] = None
    phase_due_at: Public[datetime | None] = None
    warned: Public[bool] = False
    contacting_due_at: Public[datetime | None] = None
    unit_due_at: Public[datetime | None] = None
