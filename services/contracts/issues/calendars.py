"""When people work: the arrangement of holidays of a year, as it was announced."""

from datetime import date, datetime

from pydantic import BaseModel

from services.contracts.event import Event, State
from services.contracts.marks import Internal, OfficerId, Public
from services.contracts.topics import ISSUES


class _Year(BaseModel):
    year: Public[int]
    off: Public[tuple[date, ...]]
    worked: Public[tuple[date, ...]]
    changed_at: Public[datetime]


class CalendarYearState(_Year, State, type="cn.community.issues.calendar.state.v1", topic=ISSUES):
    """The arrangement of one year in one community: the days off of its holidays, and the weekends that are worked."""


class CalendarYearLoaded(
    _Year, Event, type="cn.community.issues.calendar.loaded.v1", topic=ISSUES, state=CalendarYearState
):
    """The arrangement of a year was loaded, or loaded anew. Carries the whole state. Open deadlines follow it."""

    by: Internal[OfficerId]
