"""Needs: help wanted at one time. What a need is, how it comes about, is moved, cancelled, completed or lapses.

The seats' own story (offer, accept, decline …) is in `seating`, hours in `serving`.
"""

from datetime import datetime, timedelta
from typing import Any

from pydantic import Field, computed_field

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, tell
from services.chassis.principal import SYSTEM, Principal, Role
from services.chassis.values import Request
from services.contracts.activities import ActivityMoved, ActivityScheduled
from services.contracts.event import Event
from services.contracts.marks import Code, Id, Thing
from services.contracts.volunteers import (
    CareVisit,
    NeedCancelled,
    NeedCompleted,
    NeedLapsed,
    NeedMoved,
    NeedOpened,
    NeedReopened,
    NeedState,
    NeedStatus,
    OfferRef,
    Origin,
)
from services.volunteers.care.domain.plans import CarePlan
from services.volunteers.domain.errors import AlreadyStarted, EndsBeforeStart, NeedClosed, OfActivity, TooLong
from services.volunteers.needs.domain.offers import LIVE, SERVING, Offer, OfferCommand, OfferStatus, target
from services.volunteers.shared.values import Moment

LONGEST = timedelta(hours=24)
CARE_LEAD = timedelta(days=7)
"""Visits are asked for a week ahead: late enough for a good plan, early enough for people to arrange themselves."""

CERTIFICATES: dict[str, str] = {"medical": "medical-licence", "tutoring": "child-contact-check"}
"""Skills that may only be used with a valid certificate: medical acts by licence, children after a record check."""

FINAL = frozenset({NeedStatus.FULFILLED, NeedStatus.LAPSED, NeedStatus.CANCELLED})


class OpenNeed(Request):
    """Staff ask for help at one time, apart from activities and care plans."""

    community: Id
    category: Code
    skill: Code | None = None
    starts_at: Moment
    ends_at: Moment
    building: Id | None = None
    seats: int = Field(default=1, ge=1, le=200)
    adults_only: bool = False


class Need(Aggregate):
    """Help wanted at one time, and everybody who was asked."""

    origin: Origin
    activity: Thing[str | None] = None
    care_plan: Thing[str | None] = None
    category: Thing[str]
    skill: Thing[str | None] = None
    certificate: Thing[str | None] = None
    adults_only: bool = False
    starts_at: datetime
    ends_at: datetime
    building: Thing[str | None] = None
    seats: int
    status: NeedStatus = NeedStatus.OPEN
    offers: tuple[Offer, ...] = ()
    ask_from: datetime

    @computed_field  # type: ignore[prop-decorator]  # https://github.com/python/mypy/issues/1362
    @property
    def open_seats(self) -> int:
        """Seats without a live offer. Stored, since matching looks for it."""
        return max(0, self.seats - sum(offer.status in LIVE for offer in self.offers))

    @computed_field  # type: ignore[prop-decorator]  # https://github.com/python/mypy/issues/1362
    @property
    def next_expiry(self) -> datetime | None:
        """When the next unanswered offer expires. Stored, since the sweep looks for it."""
        return min((o.expires_at for o in self.offers if o.status is OfferStatus.OFFERED), default=None)

    @property
    def volunteers(self) -> list[str]:
        """Who said yes, in that order."""
        yes = [offer for offer in self.offers if offer.status in SERVING and offer.answered_at is not None]
        return [o.person for o in sorted(yes, key=lambda o: (o.answered_at or o.offered_at, o.id))]

    @property
    def is_final(self) -> bool:
        """Whether nothing more happens to its seats."""
        return self.status in FINAL

    def public(self) -> NeedState:
        return NeedState(
            origin=self.origin,
            activity=self.activity,
            care_plan=self.care_plan,
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


def need_of_activity(activity: str) -> str:
    """The id of an activity's need."""
    return derived_id("need", activity)


def open_need(id: str, command: OpenNeed, by: Principal, now: datetime) -> Decision[Need]:
    """Staff open a need."""
    by.require(command.community, Role.STAFF)
    if command.ends_at <= command.starts_at:
        raise EndsBeforeStart()
    if command.ends_at - command.starts_at > LONGEST:
        raise TooLong()
    if command.starts_at <= now:
        raise AlreadyStarted()
    fields = {name: getattr(command, name) for name in OpenNeed.model_fields}
    return _opened(Need(id=id, origin=Origin.DIRECT, certificate=_certificate(command.skill), ask_from=now, **fields))


def open_for_activity(id: str, community: str, scheduled: ActivityScheduled, now: datetime) -> Decision[Need]:
    """An activity looks for volunteers: at once, since people like to know early."""
    return _opened(
        Need(
            id=need_of_activity(id),
            community=community,
            origin=Origin.ACTIVITY,
            activity=id,
            category=scheduled.kind.value,
            skill=scheduled.skill,
            certificate=_certificate(scheduled.skill),
            starts_at=scheduled.starts_at,
            ends_at=scheduled.ends_at,
            building=scheduled.building,
            seats=scheduled.volunteers_needed,
            ask_from=now,
        )
    )


def open_for_visit(plan: CarePlan, visit: CareVisit) -> Decision[Need]:
    """A care plan's date came into sight. Homes are entered by adults only."""
    return _opened(
        Need(
            id=visit.need,
            community=plan.community,
            origin=Origin.CARE_PLAN,
            care_plan=plan.id,
            category=plan.kind.value,
            skill=plan.skill,
            certificate=_certificate(plan.skill),
            adults_only=True,
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
            building=plan.building,
            seats=plan.seats,
            ask_from=visit.starts_at - CARE_LEAD,
        )
    )


def move(need: Need, moved: ActivityMoved, now: datetime) -> Decision[Need]:
    """The activity moved. Where its time changed, every answer falls away and its givers are asked first."""
    if need.is_final:
        return decided(need)
    where: dict[str, Any] = {"building": moved.building}
    if (moved.starts_at, moved.ends_at) == (need.starts_at, need.ends_at):
        changed = need.model_copy(update=where)
        return decided(changed, tell(NeedMoved, changed, released=[]))
    released, offers = release_offers(need, now)
    had_yes = bool(need.volunteers)
    when = {"starts_at": moved.starts_at, "ends_at": moved.ends_at, "status": NeedStatus.OPEN, "offers": offers}
    changed = need.model_copy(update=where | when)
    events: list[Event] = [tell(NeedMoved, changed, released=released)]
    if had_yes:
        events.append(tell(NeedReopened, changed, offer=None, person=None))
    return decided(changed, *events)


def cancel(need: Need, by: Principal, now: datetime) -> Decision[Need]:
    """The help isn't wanted any more; a second time changes nothing.

    Raises:
        OfActivity: people cancel the activity instead.
        NeedClosed: it is over.
    """
    by.require(need.community, Role.STAFF)
    if need.origin is Origin.ACTIVITY and by.sub != SYSTEM:
        raise OfActivity()
    if need.status is NeedStatus.CANCELLED:
        return decided(need)
    if need.is_final:
        raise NeedClosed(status=need.status.value)
    released, offers = release_offers(need, now, keep_yes=True)
    changed = need.model_copy(update={"status": NeedStatus.CANCELLED, "offers": offers})
    return decided(changed, tell(NeedCancelled, changed, released=released))


def complete(need: Need, now: datetime) -> Decision[Need]:
    """The activity is over."""
    if need.is_final:
        return decided(need)
    released, offers = release_offers(need, now, keep_yes=True, only_unanswered=True)
    changed = need.model_copy(update={"status": NeedStatus.FULFILLED, "offers": offers})
    return decided(changed, tell(NeedCompleted, changed, released=released))


def lapse(need: Need, now: datetime) -> Decision[Need]:
    """Its time is over with a seat empty. Who said yes may still report hours."""
    if need.status is not NeedStatus.OPEN or now < need.ends_at:
        return decided(need)
    released, offers = release_offers(need, now, keep_yes=True, only_unanswered=True)
    changed = need.model_copy(update={"status": NeedStatus.LAPSED, "offers": offers})
    return decided(changed, tell(NeedLapsed, changed, released=released))


def release_offers(
    need: Need, now: datetime, *, keep_yes: bool = False, only_unanswered: bool = False
) -> tuple[list[OfferRef], tuple[Offer, ...]]:
    """The offers that fall away, and all offers afterwards.

    `keep_yes`: a yes stays on record as such. `only_unanswered`: it isn't even named among what fell away.
    """
    falls = [
        offer
        for offer in need.offers
        if offer.status is OfferStatus.OFFERED or (offer.status is OfferStatus.ACCEPTED and not only_unanswered)
    ]
    gone = {o.id for o in falls if o.status is OfferStatus.OFFERED or not keep_yes}
    offers = tuple(
        o.model_copy(update={"status": target(o.status, OfferCommand.RELEASE), "answered_at": now})
        if o.id in gone
        else o
        for o in need.offers
    )
    return [OfferRef(offer=o.id, person=o.person) for o in falls], offers


def require_planning(need: Need, now: datetime) -> None:
    """Raises NeedClosed or AlreadyStarted where seats are no longer given or taken."""
    if need.is_final:
        raise NeedClosed(status=need.status.value)
    if now >= need.starts_at:
        raise AlreadyStarted()


def require_staff(need: Need, by: Principal) -> None:
    """Raises NotYours unless `by` is staff of the need's community."""
    by.require(need.community, Role.STAFF)


def _opened(need: Need) -> Decision[Need]:
    return decided(need, tell(NeedOpened, need))


def _certificate(skill: str | None) -> str | None:
    return None if skill is None else CERTIFICATES.get(skill)
