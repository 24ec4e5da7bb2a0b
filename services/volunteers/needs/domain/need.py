"""A need as it is stored: help that is wanted at one time, with the offers of its seats."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeAlias

from pydantic import Field, computed_field

from services.chassis.aggregate import Aggregate, Decision
from services.chassis.errors import Conflict
from services.chassis.principal import Principal, Role
from services.contracts.marks import Office, Someone, Thing
from services.contracts.volunteers import NeedState, NeedStatus, Origin, SeatRole
from services.volunteers.needs.domain.asked import Invitation, Refill, Standby
from services.volunteers.needs.domain.offers import LIVE, SERVING, Offer, OfferStatus
from services.volunteers.needs.domain.reminders import next_reminder
from services.volunteers.needs.domain.roles import SHARED, RoleSeats
from services.volunteers.people.domain.profile import AgeBand, Gender

REPORTED_WITHIN = timedelta(hours=12)
"""A visit for which nobody has reported hours so long after its end raises an alert."""

FINAL = frozenset({NeedStatus.FULFILLED, NeedStatus.LAPSED, NeedStatus.CANCELLED})
"""A need of these statuses is over, and keeps its status."""


class AlreadyStarted(
    Conflict, code="need.already-started", zh="服务已经开始或结束。", en="It has started already, or is over."
):
    """The service of the need has begun, so its time and its seats no longer change."""


class NeedClosed(Conflict, code="need.closed", zh="该需求已经结束（{status}）。", en="The need is over ({status})."):
    """The need is fulfilled, lapsed or cancelled, and no longer changes."""


class OfActivity(
    Conflict,
    code="need.of-activity",
    zh="该需求属于活动，请在活动中办理。",
    en="The need belongs to an activity: change the activity.",
):
    """The need belongs to an activity: its time, its end and the hours given to it come from the activity."""


class Need(Aggregate):
    """Help that is wanted at one time, with the offers of its seats to everybody who was asked.

    What the need asks: `skill_level` is the lowest level of `skill` that suffices. `insured_only`: only volunteers with
    an accident insurance may take a seat. `barred`: people who never get a seat, such as the person helped and the
    people whom that person refuses. `continuity`: the person helped wishes for volunteers who came before. `urgency`: 1
    to 3; if not all needs can be filled, matching fills the more urgent ones first. `roles`: the roles of the seats,
    where a lead and helpers are asked for different things; `seats` is the sum of their seats. `bring`: the things that
    volunteers bring along.

    What became of it: `ask_from` is when people are first asked. `by_hand`: staff moved the visit, which no longer
    follows its care plan. `invited`: the people who were invited in rings. `standby`: the people who are asked first if
    a seat becomes free. `refill`: the present hop of the search for a volunteer. `alerted_at`: when the alert was
    raised that nobody reported the visit.
    """

    origin: Origin
    activity: Thing[str | None] = None
    care_plan: Thing[str | None] = None
    case: Thing[str | None] = None
    request: Thing[str | None] = None
    category: Thing[str]
    skill: Thing[str | None] = None
    skill_level: int = 1
    certificate: Thing[str | None] = None
    adults_only: bool = False
    starts_at: datetime
    ends_at: datetime
    building: Thing[str | None] = None
    min_age: int | None = None
    gender: Thing[Gender | None] = None
    language: Thing[str | None] = None
    with_minors: bool = False
    insured_only: bool = False
    continuity: bool = False
    urgency: int = 1
    age_band: Thing[AgeBand | None] = None
    by_hand: bool = False
    alerted_at: datetime | None = None
    barred: Someone[frozenset[str]] = frozenset()
    roles: tuple[RoleSeats, ...] = ()
    bring: Office[str | None] = Field(default=None, repr=False)
    invited: tuple[Invitation, ...] = ()
    standby: tuple[Standby, ...] = ()
    refill: Refill | None = None
    seats: int
    status: NeedStatus = NeedStatus.OPEN
    offers: tuple[Offer, ...] = ()
    ask_from: datetime

    @computed_field  # type: ignore[prop-decorator]  # https://github.com/python/mypy/issues/1362
    @property
    def open_seats(self) -> int:
        """The number of seats without a live offer. It is stored, since matching looks for it."""
        return max(0, self.seats - sum(offer.status in LIVE for offer in self.offers))

    @computed_field  # type: ignore[prop-decorator]  # https://github.com/python/mypy/issues/1362
    @property
    def next_expiry(self) -> datetime | None:
        """When the next unanswered offer expires. It is stored, since the sweep looks for it."""
        return min((o.expires_at for o in self.offers if o.status is OfferStatus.OFFERED), default=None)

    @computed_field  # type: ignore[prop-decorator]  # https://github.com/python/mypy/issues/1362
    @property
    def report_due(self) -> datetime | None:
        """When a visit must have been reported; None once it is reported or an alert was raised, and for other needs.

        It is stored, since the sweep looks for it.
        """
        reported = any(offer.minutes for offer in self.offers)
        if self.origin is not Origin.CARE_PLAN or self.status is NeedStatus.CANCELLED or reported or self.alerted_at:
            return None
        return self.ends_at + REPORTED_WITHIN

    @computed_field  # type: ignore[prop-decorator]  # https://github.com/python/mypy/issues/1362
    @property
    def reminder_due(self) -> datetime | None:
        """When a volunteer is reminded next; None if nobody is. It is stored, since the sweep looks for it."""
        return None if self.is_final else next_reminder(self.offers, self.starts_at)

    @property
    def volunteers(self) -> list[str]:
        """The people who said yes, in the order of their answers."""
        yes = [offer for offer in self.offers if offer.status in SERVING and offer.answered_at is not None]
        return [o.person for o in sorted(yes, key=lambda o: (o.answered_at or o.offered_at, o.id))]

    @property
    def people(self) -> set[str]:
        """Everybody who ever had an offer or an invitation, or stands by."""
        asked = {offer.person for offer in self.offers} | {each.person for each in self.invited}
        return asked | {each.person for each in self.standby}

    def offer_to(self, person: str) -> Offer | None:
        """The person's offer: the live one, or, if none is live, the last one. None if they never had one."""
        theirs = [offer for offer in self.offers if offer.person == person]
        return next((offer for offer in theirs if offer.status in LIVE), theirs[-1] if theirs else None)

    def open_in(self, role: SeatRole) -> int:
        """The number of seats of a role without a live offer."""
        seats = {part.role: part.seats for part in self.roles} or {SeatRole.HELPER: self.seats}
        return max(0, seats.get(role, 0) - sum(o.status in LIVE and o.role is role for o in self.offers))

    @property
    def open_roles(self) -> list[SeatRole]:
        """The roles that have an open seat, in the order of `roles`."""
        return [role for role in (*(part.role for part in self.roles),) or (SeatRole.HELPER,) if self.open_in(role)]

    def asking(self, role: SeatRole) -> "Need":
        """The need, with the demands of a seat of `role` in its fields."""
        part = next((part for part in self.roles if part.role is role), None)
        if part is None:
            return self
        return self.model_copy(update=part.stricter_than({name: getattr(self, name) for name in SHARED}))

    def asked_of(self, person: str) -> "Need":
        """The need, with the demands of the seat that `person` has or is offered in its fields."""
        theirs = self.offer_to(person)
        return self if theirs is None else self.asking(theirs.role)

    @property
    def is_final(self) -> bool:
        """Whether the need is over, so that its seats no longer change."""
        return self.status in FINAL

    def public(self) -> NeedState:
        return NeedState(
            origin=self.origin,
            activity=self.activity,
            care_plan=self.care_plan,
            case=self.case,
            request=self.request,
            category=self.category,
            skill=self.skill,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            building=self.building,
            seats=self.seats,
            filled=len(self.volunteers),
            volunteers=self.volunteers,
            status=self.status,
        )


Decide: TypeAlias = Callable[[Need, datetime], Decision[Need]]
"""A decision about a need, made at the time given."""


def require_planning(need: Need, now: datetime) -> None:
    """Refuse if the need is no longer planned, so that its seats are no longer offered or given back.

    Raises:
        NeedClosed: the need is over.
        AlreadyStarted: the service has begun.
    """
    if need.is_final:
        raise NeedClosed(status=need.status.value)
    if now >= need.starts_at:
        raise AlreadyStarted()


def require_staff(need: Need, by: Principal) -> None:
    """Refuse a caller who is not staff of the need's community.

    Raises:
        NotYours: `by` is not staff.
    """
    by.require(need.community, Role.STAFF)
