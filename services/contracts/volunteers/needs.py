"""Needs: help that is wanted at one time, its offers, and who serves in it."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from services.contracts.event import Event, State
from services.contracts.marks import Code, Id, Internal, Masked, Office, PersonId, Public, Thing
from services.contracts.topics import VOLUNTEERS


class Origin(StrEnum):
    """Where a need comes from. `direct`: the committee's staff opened it by themselves, or for a `case` that volunteers
    were handed, or at somebody's `request`.
    """

    ACTIVITY = "activity"
    CARE_PLAN = "care-plan"
    DIRECT = "direct"


class NeedStatus(StrEnum):
    """Where a need stands. `lapsed`: it ended with a seat still empty. The last three are final."""

    OPEN = "open"
    STAFFED = "staffed"
    FULFILLED = "fulfilled"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"


class SeatRole(StrEnum):
    """The part that a seat is for."""

    LEAD = "lead"
    HELPER = "helper"


class Hop(StrEnum):
    """Where somebody is looked for, for a seat that has no yes: the next plan, those who stand by, a ring of people
    who are asked at once, and last the grid worker.
    """

    PLAN = "plan"
    STANDBY = "standby"
    RING = "ring"
    GRID_WORKER = "grid-worker"


class InvitationEnd(StrEnum):
    """Why an invitation does not stand any more. `filled`: others were quicker, and thanks are due."""

    FILLED = "filled"
    MOVED = "moved"
    CANCELLED = "cancelled"


class TakenOff(StrEnum):
    """Why staff took somebody off a seat. The person is told it."""

    UNSUITABLE = "unsuitable"
    NOT_NEEDED = "not-needed"
    SAFETY = "safety"
    AT_THEIR_WISH = "at-their-wish"
    OTHER = "other"


class _Need(BaseModel):
    origin: Public[Origin]
    activity: Public[Id | None] = None
    care_plan: Public[Id | None] = None
    case: Public[Id | None] = None
    request: Public[Id | None] = None
    category: Public[Code]
    """The kind of activity, the kind of care, the category of the case, or staff's own word."""
    skill: Public[Code | None] = None
    starts_at: Public[datetime]
    ends_at: Public[datetime]
    building: Public[Id | None] = None
    seats: Public[int]
    filled: Public[int]
    """Seats with a yes: the length of `volunteers`."""
    volunteers: Public[list[PersonId]]
    """The people who said yes, in the order in which they did."""
    status: Public[NeedStatus]


class NeedState(_Need, State, type="cn.community.volunteers.need.state.v1", topic=VOLUNTEERS):
    """A need: help that is wanted at one time, and who gives it."""


class NeedOpened(_Need, Event, type="cn.community.volunteers.need.opened.v1", topic=VOLUNTEERS, state=NeedState):
    """A need was opened: volunteers are looked for."""


class NeedOffered(Event, type="cn.community.volunteers.need.offered.v1", topic=VOLUNTEERS, state=NeedState):
    """A seat is held for `person`, who is asked to say yes or no by `expires_at`."""

    offer: Public[Id]
    role: Public[SeatRole] = SeatRole.HELPER
    person: Public[PersonId]
    expires_at: Public[datetime]
    activity: Public[Id | None]
    category: Public[Code]
    starts_at: Public[datetime]
    ends_at: Public[datetime]


class NeedAccepted(Event, type="cn.community.volunteers.need.accepted.v1", topic=VOLUNTEERS, state=NeedState):
    """`person` accepted an offer."""

    activity: Public[Id | None] = None
    offer: Public[Id]
    person: Public[PersonId]
    filled: Public[int]
    volunteers: Public[list[PersonId]]


class NeedDeclined(Event, type="cn.community.volunteers.need.declined.v1", topic=VOLUNTEERS, state=NeedState):
    """`person` said no, or staff took them off before they answered (`taken_off`); the seat is open again."""

    offer: Public[Id]
    person: Public[PersonId]
    taken_off: Public[TakenOff | None] = None


class NeedExpired(Event, type="cn.community.volunteers.need.expired.v1", topic=VOLUNTEERS, state=NeedState):
    """`person` did not answer in time; the seat is open again. The need itself goes on."""

    offer: Public[Id]
    person: Public[PersonId]


class NeedStaffed(Event, type="cn.community.volunteers.need.staffed.v1", topic=VOLUNTEERS, state=NeedState):
    """Every seat of a need has a volunteer who said yes."""

    origin: Public[Origin]
    activity: Public[Id | None]
    volunteers: Public[list[PersonId]]
    status: Public[NeedStatus]


class NeedReopened(Event, type="cn.community.volunteers.need.reopened.v1", topic=VOLUNTEERS, state=NeedState):
    """A volunteer who had said yes is lost: `person` cancelled (`offer` is theirs), or the time changed. `volunteers`
    are those who stay. `taken_off`: staff took them off, for this reason.
    """

    origin: Public[Origin]
    activity: Public[Id | None]
    offer: Public[Id | None]
    person: Public[PersonId | None]
    filled: Public[int]
    volunteers: Public[list[PersonId]]
    status: Public[NeedStatus]
    taken_off: Public[TakenOff | None] = None


class NeedSeatConfirmed(
    Event, type="cn.community.volunteers.need.seat-confirmed.v1", topic=VOLUNTEERS, state=NeedState
):
    """`person`, who had said yes, says shortly before that they come.

    `not_there`: they had been checked in by mistake, which was corrected; they are still expected.
    """

    offer: Public[Id]
    person: Public[PersonId]
    not_there: Public[bool] = False


class NeedCheckedIn(Event, type="cn.community.volunteers.need.checked-in.v1", topic=VOLUNTEERS, state=NeedState):
    """`person` has arrived at a need."""

    offer: Public[Id]
    person: Public[PersonId]
    filled: Public[int]
    volunteers: Public[list[PersonId]]


class NeedNoShow(Event, type="cn.community.volunteers.need.no-show.v1", topic=VOLUNTEERS, state=NeedState):
    """`person` did not come though they had a seat. `volunteers` are those who stay."""

    activity: Public[Id | None]
    offer: Public[Id]
    person: Public[PersonId]
    filled: Public[int]
    volunteers: Public[list[PersonId]]
    status: Public[NeedStatus]


class NeedReseated(Event, type="cn.community.volunteers.need.reseated.v1", topic=VOLUNTEERS, state=NeedState):
    """`person` has another part in a need than before; the seat of the part before is open."""

    offer: Public[Id]
    person: Public[PersonId]
    role: Public[SeatRole]


class NeedReminded(Event, type="cn.community.volunteers.need.reminded.v1", topic=VOLUNTEERS, state=NeedState):
    """`person` is to serve soon. `bring`: what to bring along. The exact place is told to them where they read it."""

    activity: Public[Id | None]
    person: Public[PersonId]
    category: Public[Code]
    starts_at: Public[datetime]
    ends_at: Public[datetime]
    building: Public[Id | None]
    bring: Public[Office[Masked | None]] = None


class NeedRefilling(Event, type="cn.community.volunteers.need.refilling.v1", topic=VOLUNTEERS, state=NeedState):
    """Somebody is looked for, for seats without a yes: where (`hop`), and until when before the next hop follows.

    `ring` counts the rings; `asked` are the people whom this hop asks.
    """

    hop: Public[Hop]
    ring: Public[int]
    asked: Public[int]
    vacant: Public[int]
    until: Public[datetime]
    category: Public[Code]
    starts_at: Public[datetime]
    building: Public[Id | None]


class NeedRingClaimed(
    Event, type="cn.community.volunteers.need.ring-claimed.v1", topic=VOLUNTEERS, state=NeedState, internal=True
):
    """One process finds the people of the next ring, so that nobody else does it as well."""

    until: Internal[datetime]


class NeedInvited(Event, type="cn.community.volunteers.need.invited.v1", topic=VOLUNTEERS, state=NeedState):
    """`person` is asked together with others; whoever says yes first has the seat. It stands until `until`."""

    activity: Public[Id | None]
    person: Public[PersonId]
    ring: Public[int]
    until: Public[datetime]
    category: Public[Code]
    starts_at: Public[datetime]
    ends_at: Public[datetime]


class NeedInvitationDeclined(
    Event, type="cn.community.volunteers.need.invitation-declined.v1", topic=VOLUNTEERS, state=NeedState
):
    """`person`, who was asked together with others, said no."""

    person: Public[PersonId]


class NeedInvitationEnded(
    Event, type="cn.community.volunteers.need.invitation-ended.v1", topic=VOLUNTEERS, state=NeedState
):
    """`person` need not answer any more."""

    activity: Public[Id | None]
    person: Public[PersonId]
    why: Public[InvitationEnd]
    category: Public[Code]


class NeedStandbyJoined(
    Event, type="cn.community.volunteers.need.standby-joined.v1", topic=VOLUNTEERS, state=NeedState
):
    """`person` stands by, to be asked before others should a seat come free."""

    person: Public[PersonId]


class NeedStandbyLeft(Event, type="cn.community.volunteers.need.standby-left.v1", topic=VOLUNTEERS, state=NeedState):
    """`person` stands by no more."""

    person: Public[PersonId]


class OfferRef(BaseModel):
    """An offer that fell away, and whose it was."""

    model_config = ConfigDict(frozen=True)

    offer: Id
    person: PersonId


class NeedMoved(Event, type="cn.community.volunteers.need.moved.v1", topic=VOLUNTEERS, state=NeedState):
    """A need has another time or building. Where the time changed, every answer is void (`released`) and all are asked
    anew.
    """

    starts_at: Public[datetime]
    ends_at: Public[datetime]
    building: Public[Id | None]
    filled: Public[int]
    volunteers: Public[list[PersonId]]
    status: Public[NeedStatus]
    released: Public[list[OfferRef]]
    activity: Public[Id | None] = None
    """The activity that moved, and takes who had said yes along; None for other needs."""
    command: Public[Thing[Id | None]] = None
    """The fact from which this one follows with others, as of the dates of a series."""


class NeedCancelled(Event, type="cn.community.volunteers.need.cancelled.v1", topic=VOLUNTEERS, state=NeedState):
    """The help is not wanted any more. `released` are to be told so; `volunteers` keeps who had said yes."""

    activity: Public[Id | None]
    status: Public[NeedStatus]
    released: Public[list[OfferRef]]
    command: Public[Thing[Id | None]] = None
    """The fact from which this one follows with others, as of the dates of a series."""


class NeedReported(Event, type="cn.community.volunteers.need.reported.v1", topic=VOLUNTEERS, state=NeedState):
    """`person` reports that the help was given and took `minutes`; staff are to confirm it."""

    person: Public[PersonId]
    minutes: Public[int]


class NeedFulfilled(Event, type="cn.community.volunteers.need.fulfilled.v1", topic=VOLUNTEERS, state=NeedState):
    """Staff confirmed that `person` served for `minutes`. The status is `fulfilled` once that is so for everybody."""

    person: Public[PersonId]
    minutes: Public[int]
    category: Public[Code]
    starts_at: Public[datetime]
    status: Public[NeedStatus]


class NeedCompleted(Event, type="cn.community.volunteers.need.completed.v1", topic=VOLUNTEERS, state=NeedState):
    """The activity to which a need belongs is over. `released`: offers still unanswered."""

    status: Public[NeedStatus]
    released: Public[list[OfferRef]]


class NeedLapsed(Event, type="cn.community.volunteers.need.lapsed.v1", topic=VOLUNTEERS, state=NeedState):
    """The time of a need is over, and a seat was still empty: help that nobody gave. `released`: offers still
    unanswered.
    """

    status: Public[NeedStatus]
    released: Public[list[OfferRef]]


class NeedPersonErased(Event, type="cn.community.volunteers.need.person-erased.v1", topic=VOLUNTEERS, state=NeedState):
    """A person's id was replaced by a stand-in that leads nowhere; the counts stay."""

    volunteers: Public[list[PersonId]]


class NeedRevised(Event, type="cn.community.volunteers.need.revised.v1", topic=VOLUNTEERS, state=NeedState):
    """What a need asks of helpers has changed, or how many they are."""

    seats: Public[int]
    filled: Public[int]
    status: Public[NeedStatus]


class NeedUnreported(Event, type="cn.community.volunteers.need.unreported.v1", topic=VOLUNTEERS, state=NeedState):
    """A visit has been over for a while, and nobody has reported how it went: somebody is to look after the person
    visited.
    """

    care_plan: Public[Id | None]
    category: Public[Code]
    starts_at: Public[datetime]
    ends_at: Public[datetime]
    volunteers: Public[list[PersonId]]
    status: Public[NeedStatus]
