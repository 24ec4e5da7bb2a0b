"""Cases and supports that are not for everybody: that something happened, and nothing of what it is.

A case is withheld while its category is not public, and while it is a part of such a case or goes on as one. Its facts
then are these alone, and its state is of this type alone; the reporter, the place and the category are in neither.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from services.contracts.event import Event, State
from services.contracts.issues.cases import CaseState, CaseStatus, WholeCase
from services.contracts.marks import Public
from services.contracts.topics import ISSUES


class _Withheld(BaseModel):
    public: Public[Literal[False]] = False
    status: Public[CaseStatus]
    reported_at: Public[datetime]
    due_at: Public[datetime | None] = None
    overdue: Public[bool] = False
    handled_at: Public[datetime | None] = None
    closed_at: Public[datetime | None] = None


class CaseWithheldState(_Withheld, State, type="cn.community.issues.withheld-case.state.v1", topic=ISSUES):
    """A case that is not for everybody: where it stands, and when. `public` is always false.

    It takes the place of `cn.community.issues.case.state.v1` under the same key, after a tombstone of that, and gives
    the place back when the case becomes public.
    """


class CaseWithheld(
    _Withheld, Event, type="cn.community.issues.withheld-case.changed.v1", topic=ISSUES, state=CaseWithheldState
):
    """Something happened to a case that is not for everybody, or it has become such a case. Carries the whole state.

    Whatever was said of the case before is not public any more: forget it.
    """


class CaseShown(WholeCase, Event, type="cn.community.issues.case.shown.v1", topic=ISSUES, state=CaseState):
    """A case that was withheld is for everybody now. Carries the whole state."""


class SupportWithheld(Event, type="cn.community.issues.support.withheld.v1", topic=ISSUES):
    """Somebody joined or left a case or wish that is not for everybody, or was erased there. The fact tells neither who
    nor which.
    """
