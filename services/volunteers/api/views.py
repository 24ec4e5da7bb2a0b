"""What the API shows of each aggregate: its public state, its version, and the inside to whom it concerns."""

from datetime import date, datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, Field

from services.chassis.errors import UnknownAggregate
from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Page, Stored
from services.contracts.volunteers import AccountState, CarePlanState, NeedState, Origin, TeamState, VolunteerState
from services.volunteers.care.domain.plans import CarePlan
from services.volunteers.care.domain.recurrence import Recurrence
from services.volunteers.hours.domain import Account
from services.volunteers.needs.domain.eligibility import Filter
from services.volunteers.needs.domain.needs import Need
from services.volunteers.needs.domain.offers import LIVE, Offer, OfferStatus
from services.volunteers.people.domain.volunteers import Certificate, Volunteer, Window
from services.volunteers.teams.domain import Team

V = TypeVar("V", bound=BaseModel)


class Listed(BaseModel, Generic[V]):
    """One page of a list; `next` is the cursor of the following page, null at the end."""

    items: list[V]
    next: str | None = None


class _Identified(BaseModel):
    id: str
    community: str
    version: int = Field(description="Number of events so far; also the ETag.")


class ProfileView(BaseModel):
    """What only the volunteer and staff see of one. `adult` is null where it is not known."""

    claimed_skills: list[str] = Field(description="What they say of themselves, and staff have not verified.")
    approved_at: datetime | None
    availability: tuple[Window, ...] | None
    building: str | None
    weekly_minutes: int
    adult: bool | None
    certificates: tuple[Certificate, ...]


class VolunteerView(VolunteerState, _Identified):
    """A volunteer; `profile` is null to whom it doesn't concern."""

    profile: ProfileView | None = None


class TeamView(TeamState, _Identified):
    """A team. `mine`: the caller belongs to it. `people` is null to everybody but its leader and staff."""

    mine: bool
    people: list[str] | None = None


class CarePlanView(CarePlanState, _Identified):
    """A care plan, as staff see it. `home` and `note` are told where one plan is read, and put on record then."""

    recurrence: Recurrence
    home: str | None
    note: str | None


class OfferView(BaseModel):
    """An offer, to whom it was made and to staff. `minutes`: reported, then confirmed."""

    id: str
    person: str
    status: OfferStatus
    offered_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    minutes: int | None


class WhereView(BaseModel):
    """Where to go and what to know, for a volunteer with a seat in a visit to an elder, around its time."""

    elder: str
    home: str | None
    note: str | None


class NeedView(NeedState, _Identified):
    """A need. `mine`: the offer to the caller. `offers`: all of them, for staff. `where`: see there.

    `care_plan` is null to everybody but staff and who has a seat.
    """

    open_seats: int
    certificate: str | None
    adults_only: bool
    mine: OfferView | None = None
    offers: list[OfferView] | None = None
    where: WhereView | None = None


class EntryView(BaseModel):
    """A line of the ledger."""

    id: str
    source: Origin
    activity: str | None
    need: str | None
    minutes: int
    claimed: int = Field(description="Before the day's cap.")
    on: date
    at: datetime
    corrects: str | None
    reason: str | None


class AccountView(AccountState, _Identified):
    """A person's hours."""

    entries: list[EntryView]


class TotalsView(BaseModel):
    """A community's hours. `people`: how many have given some."""

    community: str
    minutes: int
    people: int


class VerdictView(BaseModel):
    """What one filter says."""

    name: Filter
    holds: bool
    zh: str
    en: str


class WhyView(BaseModel):
    """Why somebody is or isn't asked. `first_failure` null: they may be; others were better placed."""

    need: str
    person: str
    first_failure: Filter | None
    filters: list[VerdictView]


def volunteer_view(stored: Stored[Volunteer], by: Principal) -> VolunteerView:
    """The volunteer as `by` may see them."""
    volunteer = stored.aggregate
    near = by.sub == volunteer.person or by.has(volunteer.community, Role.STAFF)
    profile = ProfileView(**_profile(volunteer)) if near else None
    return _shown(VolunteerView, stored, profile=profile)


def team_view(stored: Stored[Team], by: Principal) -> TeamView:
    """The team as `by` may see it."""
    team = stored.aggregate
    people = sorted(team.people) if team.is_run_by(by) else None
    return _shown(TeamView, stored, mine=by.sub in team.people, people=people)


def care_plan_view(stored: Stored[CarePlan], *, exact: bool = False) -> CarePlanView:
    """The plan; `exact`, with where and how."""
    plan = stored.aggregate
    home, note = (plan.home, plan.note) if exact else (None, None)
    return _shown(CarePlanView, stored, recurrence=plan.recurrence, home=home, note=note)


def need_view(stored: Stored[Need], by: Principal, plan: CarePlan | None = None) -> NeedView:
    """The need as `by` may see it; `plan`, where they are told of the elder's home (`Homes.of_need`)."""
    need = stored.aggregate
    mine = latest_offer(need, by.sub)
    staff = by.has(need.community, Role.STAFF)
    shown = {} if staff or by.sub in need.volunteers else {"care_plan": None}
    return _shown(
        NeedView,
        stored,
        open_seats=need.open_seats,
        certificate=need.certificate,
        adults_only=need.adults_only,
        mine=None if mine is None else _offer(mine),
        offers=[_offer(offer) for offer in need.offers] if staff else None,
        where=None if plan is None else WhereView(**_taken(plan, WhereView)),
        **shown,
    )


def account_view(stored: Stored[Account]) -> AccountView:
    account = stored.aggregate
    entries = [EntryView(**_taken(entry, EntryView)) for entry in account.entries]
    return _shown(AccountView, stored, entries=entries)


def listed(page: Page[Any], view: Any) -> Listed[Any]:
    """The page, each item through `view`."""
    return Listed(items=[view(stored) for stored in page.items], next=page.next)


def latest_offer(need: Need, person: str) -> Offer | None:
    """A person's offer in a need: the live one, else the last."""
    theirs = [offer for offer in need.offers if offer.person == person]
    return next((offer for offer in theirs if offer.status in LIVE), theirs[-1] if theirs else None)


def _profile(volunteer: Volunteer) -> dict[str, Any]:
    return _taken(volunteer, ProfileView) | {"claimed_skills": sorted(volunteer.claimed_skills)}


def _offer(offer: Offer) -> OfferView:
    return OfferView(**_taken(offer, OfferView))


def _taken(source: BaseModel, model: type[BaseModel]) -> dict[str, Any]:
    return {name: getattr(source, name) for name in model.model_fields}


def _shown(view: type[V], stored: Stored[Any], **more: Any) -> V:
    """Raises UnknownAggregate for what was erased."""
    aggregate = stored.aggregate
    state = aggregate.shown
    if state is None:
        raise UnknownAggregate(kind=type(aggregate).__name__.lower(), id=aggregate.id)
    identity = {"id": aggregate.id, "community": aggregate.community, "version": stored.version}
    return view(**{name: getattr(state, name) for name in type(state).model_fields} | identity | more)
