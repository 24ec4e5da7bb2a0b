"""What the issues service publishes: units and places, cases, rounds with their visits, wishes.

The finest public place is the building (a visit names the floor of the common parts that were walked, never a home).
What a reporter typed stays in the service, outside of every event, so that it can be erased; a title is public
because a worker or the staff wrote it to be.
Erasing a person removes the `reporter` or `proposer` from the state and says so with an event.
"""

from services.contracts.issues.cases import (
    CaseAccepted,
    CaseAnonymised,
    CaseDispatched,
    CaseHandled,
    CaseOverdue,
    CaseRated,
    CaseRejected,
    CaseReopened,
    CaseReported,
    CaseReturned,
    CaseSentBack,
    CaseStarted,
    CaseState,
    CaseStatus,
    CaseVerified,
    Channel,
    Priority,
)
from services.contracts.issues.persons import PersonDataErased
from services.contracts.issues.places import PlaceKind, PlaceRegistered, PlaceState, UnitKind, UnitRegistered, UnitState
from services.contracts.issues.rounds import (
    FindingData,
    RoundCompleted,
    RoundPlanned,
    RoundProgressed,
    RoundStarted,
    RoundState,
    RoundStatus,
    RoundWalked,
    VisitRecorded,
    VisitState,
)
from services.contracts.issues.wishes import (
    WishAnonymised,
    WishAnswered,
    WishProposed,
    WishState,
    WishStatus,
    WishSupported,
)

__all__ = [
    "CaseAccepted",
    "CaseAnonymised",
    "CaseDispatched",
    "CaseHandled",
    "CaseOverdue",
    "CaseRated",
    "CaseRejected",
    "CaseReopened",
    "CaseReported",
    "CaseReturned",
    "CaseSentBack",
    "CaseStarted",
    "CaseState",
    "CaseStatus",
    "CaseVerified",
    "Channel",
    "FindingData",
    "PersonDataErased",
    "PlaceKind",
    "PlaceRegistered",
    "PlaceState",
    "Priority",
    "RoundCompleted",
    "RoundPlanned",
    "RoundProgressed",
    "RoundStarted",
    "RoundState",
    "RoundStatus",
    "RoundWalked",
    "UnitKind",
    "UnitRegistered",
    "UnitState",
    "VisitRecorded",
    "VisitState",
    "WishAnonymised",
    "WishAnswered",
    "WishProposed",
    "WishState",
    "WishStatus",
    "WishSupported",
]
