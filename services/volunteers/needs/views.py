"""How the API shows needs, offers of their seats, and the filters that say why somebody is not asked."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Stored
from services.contracts.volunteers import NeedState
from services.volunteers.care.domain.plans import CarePlan, EmergencyContact
from services.volunteers.needs.domain.eligibility import Filter
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.offers import Offer, OfferStatus
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


class WhereView(BaseModel):
    """The place of a visit, what is to be known there, and whom to call. It is told around the time of the visit."""

    elder: str
    home: str | None
    note: str | None
    emergency: EmergencyContact | None


class NeedView(NeedState, Identified):
    """A need. `mine` is the offer to the caller, and `offers` are all of them, for staff alone.

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
    hidden: dict[str, Any] = {} if staff or by.sub in need.volunteers else {"care_plan": None}
    return shown(
        NeedView,
        stored,
        open_seats=need.open_seats,
        certificate=need.certificate,
        **{name: getattr(need, name) for name in _ASKED_OF_ALL},
        mine=None if mine is None else _offer(mine, staff=False),
        offers=[_offer(offer, staff=True) for offer in need.offers] if staff else None,
        where=None if plan is None else WhereView(**taken(plan, WhereView)),
        **hidden,
    )


def _offer(offer: Offer, *, staff: bool) -> OfferView:
    return OfferView(**taken(offer, OfferView) | ({} if staff else {"reason": None}))
