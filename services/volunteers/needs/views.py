"""How the API shows needs, offers of their seats, and the filters that say why somebody is not asked."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Stored
from services.contracts.volunteers import Hop, NeedState, SeatRole
from services.volunteers.care.domain.plans import CarePlan, EmergencyContact
from services.volunteers.needs.domain.asked import InvitationStatus
from services.volunteers.needs.domain.eligibility import Filter
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.offers import Offer, OfferStatus
from services.volunteers.needs.domain.roles import RoleSeats
from services.volunteers.people.domain.profile import Gender
from services.volunteers.shared.views import Identified, shown, taken


class OfferView(BaseModel):
    """An offer, as the person asked and staff see it. `minutes`: those reported, later those confirmed. `reason`:
    why staff chose the person, past the plan; staff alone see it.
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
    """An invitation together with others, as the person asked and staff see it."""

    person: str
    ring: int
    until: datetime
    status: InvitationStatus


class RefillView(BaseModel):
    """Where somebody is looked for now, and until when before the next hop follows."""

    hop: Hop
    ring: int
    until: datetime


class WhereView(BaseModel):
    """The place of a visit, what is to be known there, and whom to call. It is told around the time of the visit."""

    elder: str
    home: str | None
    note: str | None
    emergency: EmergencyContact | None


class NeedView(NeedState, Identified):
    """A need. `mine` is the offer to the caller, `my_invitation` what they were asked together with others, and
    `my_place` where they stand among those who stand by. `offers` and `invited` are all of them, for staff alone, as
    `standing_by`. `roles`: the parts, where they ask different things.

    `care_plan` is null to everybody but staff and volunteers with a seat. `where` is null to everybody who is not told
    of the elder's home now.
    """

    open_seats: int
    certificate: str | None
    adults_only: bool
    min_age: int | None
    gender: Gender | None
    language: str | None
    with_minors: bool
    insured_only: bool
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


_ASKED_OF_ALL = ("adults_only", "min_age", "gender", "language", "with_minors", "insured_only", "urgency")


class VerdictView(BaseModel):
    """The answer of one filter."""

    name: Filter
    holds: bool
    zh: str
    en: str


class WhyView(BaseModel):
    """The reason why somebody is not asked. `first_failure` is null where others were just better placed."""

    need: str
    person: str
    first_failure: Filter | None
    filters: list[VerdictView]


def need_view(stored: Stored[Need], by: Principal, plan: CarePlan | None = None) -> NeedView:
    """The need as `by` may see it; with the elder's home where `plan` is given, since `by` is told of it."""
    need = stored.aggregate
    mine = need.offer_to(by.sub)
    staff = by.has(need.community, Role.STAFF)
    asked = next((i for i in reversed(need.invited) if i.person == by.sub), None)
    standing_by = [each.person for each in need.standby]
    hidden: dict[str, Any] = {} if staff or by.sub in need.volunteers else {"care_plan": None}
    return shown(
        NeedView,
        stored,
        open_seats=need.open_seats,
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
        where=None if plan is None else WhereView(**taken(plan, WhereView)),
        **hidden,
    )


def _offer(offer: Offer, *, staff: bool) -> OfferView:
    return OfferView(**taken(offer, OfferView) | ({} if staff else {"reason": None}))
