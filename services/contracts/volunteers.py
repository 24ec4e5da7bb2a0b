"""The facts of volunteering: volunteers, teams, care plans, needs with their seats, and the hours ledger.

People (`person`, `volunteer`, `volunteers`, `leader`, `elder`) are the opaque `sub` of their tokens.
When somebody is free, where an elder lives and what was noted about either, stay in the service.
Hours: `account.credited` is the one fact that counts; it comes once for each activity or need a person served in.
"""

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from services.contracts.event import Event, State
from services.contracts.marks import Code, Id, Internal, Masked, Public
from services.contracts.topics import VOLUNTEERS


class VolunteerStatus(StrEnum):
    """Whether a volunteer may be asked."""

    ACTIVE = "active"
    PAUSED = "paused"


class TeamKind(StrEnum):
    """What a team is for: its members' own joy, or service to others."""

    HOBBY = "hobby"
    SERVICE = "service"


class CareKind(StrEnum):
    """What is done for an elder: 上门慰问, 理发, 送餐, 家务, 上门体检."""

    VISIT = "visit"
    HAIRCUT = "haircut"
    MEAL = "meal"
    CHORES = "chores"
    HEALTH_CHECK = "health-check"


class CarePlanStatus(StrEnum):
    """Whether a plan still raises needs."""

    OPEN = "open"
    CLOSED = "closed"


class Origin(StrEnum):
    """Where a need comes from. `direct`: the committee's staff opened it by themselves."""

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


class _Volunteer(BaseModel):
    person: Public[Id]
    skills: Public[list[Code]]
    status: Public[VolunteerStatus]
    registered_at: Public[datetime]


class VolunteerState(_Volunteer, State, type="cn.community.volunteers.volunteer.state.v1", topic=VOLUNTEERS):
    """A volunteer as anybody may see them."""


class VolunteerRegistered(
    _Volunteer, Event, type="cn.community.volunteers.volunteer.registered.v1", topic=VOLUNTEERS, state=VolunteerState
):
    """A person offers their time."""


class VolunteerChanged(
    Event, type="cn.community.volunteers.volunteer.changed.v1", topic=VOLUNTEERS, state=VolunteerState
):
    """Skills changed, or something that is not public did."""

    skills: Public[list[Code]]


class VolunteerPaused(
    Event, type="cn.community.volunteers.volunteer.paused.v1", topic=VOLUNTEERS, state=VolunteerState
):
    """Please don't ask me for the time being. What was accepted stays accepted."""

    status: Public[VolunteerStatus]


class VolunteerResumed(
    Event, type="cn.community.volunteers.volunteer.resumed.v1", topic=VOLUNTEERS, state=VolunteerState
):
    """Ask me again."""

    status: Public[VolunteerStatus]


class VolunteerBooked(
    Event, type="cn.community.volunteers.volunteer.booked.v1", topic=VOLUNTEERS, state=VolunteerState, internal=True
):
    """The volunteer's time is held for an offer, so that no second one can ask for it."""

    need: Internal[Id]
    offer: Internal[Id]
    starts_at: Internal[datetime]
    ends_at: Internal[datetime]
    until: Internal[datetime | None]
    """When the offer expires; None once it is accepted."""


class VolunteerReleased(
    Event, type="cn.community.volunteers.volunteer.released.v1", topic=VOLUNTEERS, state=VolunteerState, internal=True
):
    """The time held for an offer is free again."""

    offer: Internal[Id]


class VolunteerErased(
    Event, type="cn.community.volunteers.volunteer.erased.v1", topic=VOLUNTEERS, state=VolunteerState
):
    """Nothing is known of this volunteer any more; the state is removed."""


class _Team(BaseModel):
    title: Public[Masked]
    title_en: Public[Masked | None] = None
    kind: Public[TeamKind]
    leader: Public[Id]
    members: Public[int]
    """Heads, the leader among them."""
    recruiting: Public[bool]
    formed_at: Public[datetime]


class TeamState(_Team, State, type="cn.community.volunteers.team.state.v1", topic=VOLUNTEERS):
    """A team as anybody may see it: who belongs to it is not told, apart from the leader."""


class TeamFormed(_Team, Event, type="cn.community.volunteers.team.formed.v1", topic=VOLUNTEERS, state=TeamState):
    """There is a new team; its leader is its first member."""


class TeamMemberJoined(Event, type="cn.community.volunteers.team.member-joined.v1", topic=VOLUNTEERS, state=TeamState):
    """One more."""

    person: Public[Id]
    members: Public[int]


class TeamMemberLeft(Event, type="cn.community.volunteers.team.member-left.v1", topic=VOLUNTEERS, state=TeamState):
    """One less."""

    person: Public[Id]
    members: Public[int]


class TeamChanged(Event, type="cn.community.volunteers.team.changed.v1", topic=VOLUNTEERS, state=TeamState):
    """Another leader, or recruiting was opened or closed."""

    leader: Public[Id]
    recruiting: Public[bool]


class TeamPersonErased(Event, type="cn.community.volunteers.team.person-erased.v1", topic=VOLUNTEERS, state=TeamState):
    """A person was forgotten: a member less, or `leader` is a stand-in that leads nowhere until another is named."""

    leader: Public[Id]
    members: Public[int]


class CareVisit(BaseModel):
    """One date of a care plan and the need that it becomes."""

    model_config = ConfigDict(frozen=True)

    need: Id
    on: date
    starts_at: datetime
    ends_at: datetime


class _CarePlan(BaseModel):
    elder: Public[Id]
    kind: Public[CareKind]
    building: Public[Id | None] = None
    rule: Public[Masked]
    """RFC 5545 recurrence rule, in the community's time zone: `FREQ=WEEKLY;BYDAY=TU`."""
    first: Public[datetime]
    """Start of the first date."""
    minutes: Public[int]
    seats: Public[int]
    status: Public[CarePlanStatus]
    raised_until: Public[date]
    """Every date before it has its need."""


class CarePlanState(_CarePlan, State, type="cn.community.volunteers.care-plan.state.v1", topic=VOLUNTEERS):
    """A standing promise of help to an elder."""


class CarePlanOpened(
    _CarePlan, Event, type="cn.community.volunteers.care-plan.opened.v1", topic=VOLUNTEERS, state=CarePlanState
):
    """The committee promised regular help."""


class CarePlanRaised(Event, type="cn.community.volunteers.care-plan.raised.v1", topic=VOLUNTEERS, state=CarePlanState):
    """The dates that came into sight. A `need.opened` follows for each."""

    raised_until: Public[date]
    visits: Public[list[CareVisit]]


class CarePlanClosed(Event, type="cn.community.volunteers.care-plan.closed.v1", topic=VOLUNTEERS, state=CarePlanState):
    """No more dates; a `need.cancelled` follows for each of `needs`, the dates still to come."""

    status: Public[CarePlanStatus]
    needs: Public[list[Id]]


class CarePlanErased(Event, type="cn.community.volunteers.care-plan.erased.v1", topic=VOLUNTEERS, state=CarePlanState):
    """The elder was forgotten: the state is removed, and what was still to come is cancelled."""

    needs: Public[list[Id]]


class _Need(BaseModel):
    origin: Public[Origin]
    activity: Public[Id | None] = None
    care_plan: Public[Id | None] = None
    category: Public[Code]
    """The kind of activity, the kind of care, or staff's own word."""
    skill: Public[Code | None] = None
    starts_at: Public[datetime]
    ends_at: Public[datetime]
    building: Public[Id | None] = None
    seats: Public[int]
    filled: Public[int]
    """Seats with a yes: the length of `volunteers`."""
    volunteers: Public[list[Id]]
    """The people who said yes, in the order in which they did."""
    status: Public[NeedStatus]


class NeedState(_Need, State, type="cn.community.volunteers.need.state.v1", topic=VOLUNTEERS):
    """Help that is wanted at one time, and who gives it."""


class NeedOpened(_Need, Event, type="cn.community.volunteers.need.opened.v1", topic=VOLUNTEERS, state=NeedState):
    """Volunteers are looked for."""


class NeedOffered(Event, type="cn.community.volunteers.need.offered.v1", topic=VOLUNTEERS, state=NeedState):
    """A seat is held for `person`, who is asked to say yes or no by `expires_at`."""

    offer: Public[Id]
    person: Public[Id]
    expires_at: Public[datetime]
    activity: Public[Id | None]
    category: Public[Code]
    starts_at: Public[datetime]
    ends_at: Public[datetime]


class NeedAccepted(Event, type="cn.community.volunteers.need.accepted.v1", topic=VOLUNTEERS, state=NeedState):
    """`person` said yes."""

    offer: Public[Id]
    person: Public[Id]
    filled: Public[int]
    volunteers: Public[list[Id]]


class NeedDeclined(Event, type="cn.community.volunteers.need.declined.v1", topic=VOLUNTEERS, state=NeedState):
    """`person` said no; the seat is open again."""

    offer: Public[Id]
    person: Public[Id]


class NeedExpired(Event, type="cn.community.volunteers.need.expired.v1", topic=VOLUNTEERS, state=NeedState):
    """`person` did not answer in time; the seat is open again. The need itself goes on."""

    offer: Public[Id]
    person: Public[Id]


class NeedStaffed(Event, type="cn.community.volunteers.need.staffed.v1", topic=VOLUNTEERS, state=NeedState):
    """Every seat has a yes."""

    origin: Public[Origin]
    activity: Public[Id | None]
    volunteers: Public[list[Id]]
    status: Public[NeedStatus]


class NeedReopened(Event, type="cn.community.volunteers.need.reopened.v1", topic=VOLUNTEERS, state=NeedState):
    """A yes was lost: `person` cancelled (`offer` is theirs), or the time changed. `volunteers` are those who stay."""

    origin: Public[Origin]
    activity: Public[Id | None]
    offer: Public[Id | None]
    person: Public[Id | None]
    filled: Public[int]
    volunteers: Public[list[Id]]
    status: Public[NeedStatus]


class OfferRef(BaseModel):
    """An offer that fell away, and whose it was."""

    model_config = ConfigDict(frozen=True)

    offer: Id
    person: Id


class NeedMoved(Event, type="cn.community.volunteers.need.moved.v1", topic=VOLUNTEERS, state=NeedState):
    """Another time or building. Where the time changed, every answer fell away (`released`) and all are asked anew."""

    starts_at: Public[datetime]
    ends_at: Public[datetime]
    building: Public[Id | None]
    filled: Public[int]
    volunteers: Public[list[Id]]
    status: Public[NeedStatus]
    released: Public[list[OfferRef]]


class NeedCancelled(Event, type="cn.community.volunteers.need.cancelled.v1", topic=VOLUNTEERS, state=NeedState):
    """The help is not wanted any more. `released` are owed a word; `volunteers` keeps who had said yes."""

    activity: Public[Id | None]
    status: Public[NeedStatus]
    released: Public[list[OfferRef]]


class NeedReported(Event, type="cn.community.volunteers.need.reported.v1", topic=VOLUNTEERS, state=NeedState):
    """`person` says it is done and took `minutes`; staff are to confirm."""

    person: Public[Id]
    minutes: Public[int]


class NeedFulfilled(Event, type="cn.community.volunteers.need.fulfilled.v1", topic=VOLUNTEERS, state=NeedState):
    """Staff confirmed that `person` served for `minutes`. The status is `fulfilled` once that is so for everybody."""

    person: Public[Id]
    minutes: Public[int]
    category: Public[Code]
    starts_at: Public[datetime]
    status: Public[NeedStatus]


class NeedCompleted(Event, type="cn.community.volunteers.need.completed.v1", topic=VOLUNTEERS, state=NeedState):
    """The activity it belongs to is over. `released`: offers still unanswered."""

    status: Public[NeedStatus]
    released: Public[list[OfferRef]]


class NeedLapsed(Event, type="cn.community.volunteers.need.lapsed.v1", topic=VOLUNTEERS, state=NeedState):
    """Its time is over and a seat was still empty: help that nobody gave. `released`: offers still unanswered."""

    status: Public[NeedStatus]
    released: Public[list[OfferRef]]


class NeedPersonErased(Event, type="cn.community.volunteers.need.person-erased.v1", topic=VOLUNTEERS, state=NeedState):
    """A person's id was replaced by a stand-in that leads nowhere; the counts stay."""

    volunteers: Public[list[Id]]


class _Account(BaseModel):
    volunteer: Public[Id]
    minutes: Public[int]
    """All minutes on it."""


class AccountState(_Account, State, type="cn.community.volunteers.account.state.v1", topic=VOLUNTEERS):
    """What a person has given, all in all."""


class AccountCredited(
    _Account, Event, type="cn.community.volunteers.account.credited.v1", topic=VOLUNTEERS, state=AccountState
):
    """A service was entered: `added` minutes (`minutes` is the new total).

    Less than was served where the day's cap was reached, and then `capped`. Once for each source and person.
    """

    added: Public[int]
    capped: Public[bool]
    source: Public[Origin]
    activity: Public[Id | None]
    need: Public[Id | None]
    on: Public[date]


class AccountCorrected(
    Event, type="cn.community.volunteers.account.corrected.v1", topic=VOLUNTEERS, state=AccountState
):
    """Staff corrected an earlier entry by `added` minutes (may be negative); the entry itself stays as it was."""

    minutes: Public[int]
    added: Public[int]
    by: Internal[Id]


class AccountErased(Event, type="cn.community.volunteers.account.erased.v1", topic=VOLUNTEERS, state=AccountState):
    """The person's id was replaced by a stand-in that leads nowhere; the minutes stay in the community's total."""

    volunteer: Public[Id]


class PersonDataErased(Event, type="cn.community.volunteers.person-data.erased.v1", topic=VOLUNTEERS):
    """This service's answer to an erasure request: what it held of `person` is gone. `request` is that request's id."""

    person: Public[Id]
    request: Public[Id]
