"""The views of needs, of offers of their seats, and of the answers of the hard filters, in the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Stored
from services.contracts.volunteers import Hop, NeedState, SeatRole
from services.volunteers.care.domain.plans import EmergencyContact
from services.volunteers.names.store import CommunityNames, Name
from services.volunteers.needs.domain.asked import InvitationStatus
from services.volunteers.needs.domain.eligibility import Filter
from services.volunteers.needs.domain.homes import Whereabouts
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.offers import Offer, OfferStatus
from services.volunteers.needs.domain.outcome import NeedOutcome, outcome, served
from services.volunteers.needs.domain.roles import RoleSeats
from services.volunteers.people.domain.profile import Gender
from services.volunteers.shared.views import Identified, shown, taken


class OfferView(BaseModel):
    """An offer, as the person asked and staff see it. `minutes`: the minutes that the person reported, later those that
    staff confirmed. `reason`: why staff chose the person; null where matching did, and to everybody but staff.
    """

    id: str
    person: str
    status: OfferStatus
    offered_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    minutes: int | None
    reason: str | None
    role: SeatRole
    reminded_at: datetime | None


class InvitationView(BaseModel):
    """An invitation in a ring of people, as the person asked and staff see it. The person may answer until `until`."""

    person: str
    ring: int
    until: datetime
    status: InvitationStatus


class RefillView(BaseModel):
    """The way in which a volunteer is looked for now (`hop`), and the time at which the next hop follows (`until`)."""

    hop: Hop
    ring: int
    until: datetime


class WhereView(BaseModel):
    """The home of the elder, what volunteers must know there (`note`), and whom to call in an emergency. Volunteers are
    told it around the time of the visit.
    """

    elder: str
    home: str | None
    note: str | None
    emergency: EmergencyContact | None


class NeedView(NeedState, Identified):
    """A need. `roles`: the roles of its seats, where a lead and helpers are asked for different things.

    Of the caller: `mine` is their offer, `my_invitation` their invitation, and `my_place` their place, from 1, among
    the people who stand by. For staff alone: `offers`, `invited` and `standing_by` are those of everybody, and `called`
    has the names of the people in the need who have told one.

    `care_plan` and `request` are null to everybody but staff and volunteers with a seat. `where` is the home of the
    person helped, and null to everybody who is not told the home now.

    `work`, `skilled` and `place`: the category, skill and building of the need in words. `standbys`: the number of
    people who stand by.
    """

    work: Name
    skilled: Name | None
    place: Name | None
    called: dict[str, str] | None = None
    can: list[str] = Field(description="The commands that the caller may give now; all others are refused.")

    open_seats: int
    served: int = Field(description="The number of seats whose service staff have confirmed.")
    outcome: NeedOutcome | None = Field(description="Whether all, some or nobody helped; null until known.")
    skill_level: int = Field(description="The lowest verified level of the skill that suffices, from 1 to 3.")
    certificate: str | None
    adults_only: bool
    min_age: int | None
    gender: Gender | None
    language: str | None
    with_minors: bool
    insured_only: bool
    continuity: bool
    urgency: int
    roles: list[RoleSeats]
    bring: str | None = None
    standbys: int = 0
    refill: RefillView | None = None
    my_invitation: InvitationView | None = None
    my_place: int | None = None
    invited: list[InvitationView] | None = None
    standing_by: list[str] | None = None
    mine: OfferView | None = None
    offers: list[OfferView] | None = None
    where: WhereView | None = None


_ASKED_OF_ALL = (
    "skill_level",
    "adults_only",
    "min_age",
    "gender",
    "language",
    "with_minors",
    "insured_only",
    "continuity",
    "urgency",
)


class VerdictView(BaseModel):
    """The answer of one filter. `holds`: the filter admits the person. `zh` and `en`: why it refuses, if it does."""

    name: Filter
    holds: bool
    zh: str
    en: str


class WhyView(BaseModel):
    """The reason why a person is not asked for a need. `first_failure`: the first filter that refuses the person; null
    if no filter does, and matching just preferred others.
    """

    need: str
    person: str
    first_failure: Filter | None
    filters: list[VerdictView]


@dataclass(frozen=True, slots=True)
class Beside:
    """What is shown beside a need: the names of its codes, the commands that the caller may give, and
    people's names.
    """

    names: CommunityNames
    can: list[str]
    called: Mapping[str, str]


def need_view(stored: Stored[Need], by: Principal, beside: Beside, where: Whereabouts | None = None) -> NeedView:
    """The need as `by` may see it. `where`: the home of the person helped, if `by` is told it."""
    need = stored.aggregate
    mine = need.offer_to(by.sub)
    staff = by.has(need.community, Role.STAFF)
    asked = next((i for i in reversed(need.invited) if i.person == by.sub), None)
    standing_by = [each.person for each in need.standby]
    hidden: dict[str, Any] = {} if staff or by.sub in need.volunteers else {"care_plan": None, "request": None}
    return shown(
        NeedView,
        stored,
        open_seats=need.open_seats,
        served=served(need),
        outcome=outcome(need),
        certificate=need.certificate,
        **{name: getattr(need, name) for name in _ASKED_OF_ALL},
        roles=list(need.roles),
        bring=need.bring,
        standbys=len(standing_by),
        refill=None if need.refill is None else RefillView(**taken(need.refill, RefillView)),
        my_invitation=None if asked is None else InvitationView(**taken(asked, InvitationView)),
        my_place=standing_by.index(by.sub) + 1 if by.sub in standing_by else None,
        invited=[InvitationView(**taken(each, InvitationView)) for each in need.invited] if staff else None,
        standing_by=standing_by if staff else None,
        mine=None if mine is None else _offer(mine, staff=False),
        offers=[_offer(offer, staff=True) for offer in need.offers] if staff else None,
        where=None if where is None else WhereView(**taken(where, WhereView)),
        work=beside.names.work(need.category),
        skilled=beside.names.skill(need.skill),
        place=beside.names.place(need.building),
        called={who: beside.called[who] for who in sorted(need.people) if who in beside.called} if staff else None,
        can=beside.can,
        **hidden,
    )


def _offer(offer: Offer, *, staff: bool) -> OfferView:
    return OfferView(**taken(offer, OfferView) | ({} if staff else {"reason": None}))
