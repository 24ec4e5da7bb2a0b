"""Plans: who is to be asked for what in the coming days, in figures. The pairs themselves stay in the service."""

from datetime import datetime

from pydantic import BaseModel

from services.contracts.event import Event, State
from services.contracts.marks import Public
from services.contracts.topics import VOLUNTEERS


class _Plan(BaseModel):
    number: Public[int]
    """Plans of a community are counted."""
    made_at: Public[datetime]
    needs: Public[int]
    """Needs with an open seat that start within the horizon."""
    seats: Public[int]
    """Their open seats."""
    proposed: Public[int]
    """The seats for which the plan has somebody."""
    due: Public[int]
    """Those of them for which people are asked now; the others may still change."""
    without_helper: Public[int]
    """Needs that have nobody, also with this plan."""


class PlanState(_Plan, State, type="cn.community.volunteers.plan.state.v1", topic=VOLUNTEERS):
    """The plan of a community as it stands."""


class PlanMade(_Plan, Event, type="cn.community.volunteers.plan.made.v1", topic=VOLUNTEERS, state=PlanState):
    """All open needs of a community were matched anew, and the plan differs from the one before."""
