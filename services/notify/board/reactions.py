"""What the board takes from events: copies of public states, so that it can count them."""

from services.chassis.subscriber.handlers import Handlers
from services.contracts.activities import ActivityState
from services.contracts.issues import CaseState, ExhibitState, PlaceState, RoundState, VisitState, WishState
from services.contracts.volunteers import AccountState, TeamState, VolunteerState
from services.notify.board.store import COPIES


def reactions(table: Handlers) -> None:
    """Put the copies of this room into the table."""
    table.copy(PlaceState, COPIES["places"])
    table.copy(RoundState, COPIES["rounds"])
    table.copy(VisitState, COPIES["visits"])
    table.copy(CaseState, COPIES["cases"])
    table.copy(ExhibitState, COPIES["exhibits"])
    table.copy(WishState, COPIES["wishes"])
    table.copy(ActivityState, COPIES["activities"])
    table.copy(VolunteerState, COPIES["volunteers"])
    table.copy(TeamState, COPIES["teams"])
    table.copy(AccountState, COPIES["accounts"])
