"""The activity, with those who have a seat, wait, help and came. It is one document, so all its lists are bounded."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import Field, computed_field

from services.chassis.aggregate import Aggregate
from services.chassis.errors import Conflict, NotYours
from services.chassis.principal import Principal, Role
from services.chassis.values import local_date
from services.contracts.activities import (
    ActivityDetails,
    ActivityKind,
    ActivityState,
    ActivityStatus,
    HelperSeats,
    ShortStaffed,
)
from services.contracts.event import Event
from services.contracts.marks import Masked, Office, Someone, Thing
from services.events.activities.domain.parties import Party, Presence
from services.events.activities.domain.privacy import BUSY_ZH, NEUTRAL, NOTHING_ELSE, VEIL, is_among, told_neutrally

MAX_CAPACITY = 1000
MAX_VOLUNTEERS = 100
MAX_DURATION = timedelta(days=14)

_STATUS_ZH = {ActivityStatus.COMPLETED: "结束", ActivityStatus.CANCELLED: "取消", ActivityStatus.SCHEDULED: "安排"}


class NotScheduled(
    Conflict,
    code="activity.not-scheduled",
    zh="活动已{status_zh}，不能再更改。",
    en="The activity is {status} and can't be changed any more.",
):
    """An activity that was cancelled or completed stays so."""


class HasBegun(
    Conflict,
    code="activity.has-begun",
    zh="活动已经开始或已有人签到，不能再改期或取消。",
    en="It has begun, or people have checked in already; it can't be moved or cancelled any more.",
):
    """An activity that has begun is completed and never undone, because hours are counted from it."""


class Activity(Aggregate):
    """One event with a time and a place. The code at the venue is derived from `check_in_code`."""

    title: Office[Masked]
    title_en: Office[Masked | None] = None
    kind: ActivityKind
    starts_at: datetime
    ends_at: datetime
    venue: Office[str]
    building: Thing[str | None] = None
    organiser: Someone[str]
    instructors: Someone[tuple[str, ...]] = ()
    capacity: int
    volunteers_needed: int = 0
    skill: Thing[str | None] = None
    helpers: tuple[HelperSeats, ...] = ()
    min_age: int | None = None
    guardian_required: bool = False
    details: ActivityDetails = ActivityDetails()
    private: bool = False
    """Whether others than staff and those who have to do with it learn only that its time and place are taken."""
    all_day: bool = False
    budget_note: Office[str | None] = None
    """What it costs and who pays, for those who manage it."""
    insurance_number: Office[str | None] = None
    """The number of the policy, as it is printed; like that of the file, it stays in the service."""
    filing_number: Office[str | None] = None
    """The number that the authority gave to the file, as it is printed."""
    status: ActivityStatus = ActivityStatus.SCHEDULED
    series: Thing[str | None] = None
    occurrence: date | None = None
    check_in_code: Thing[str] = Field(repr=False)
    changed_at: datetime
    previous_starts: tuple[datetime, ...] = ()
    stopped: bool = False
    """Whether it was broken off before its end."""
    reason: Office[Masked | None] = None
    """Why it was cancelled or broken off, for everybody to read."""
    shown_changes: int = 0
    """How often something changed that calendars show."""
    seated: tuple[Party, ...] = ()
    waiting: tuple[Party, ...] = ()
    volunteers: Someone[tuple[str, ...]] = ()
    reminded: tuple[int, ...] = ()
    """The reminders, in hours before the start, that are due no more: they were given, or their time had passed when
    it was planned."""
    staff_warned: bool = False
    """Whether it was told that helpers are missing."""
    helpers_warned: int | None = None
    """The last warning that was given of it, in hours before the start."""
    goes_ahead: bool = False
    """Whether it takes place however few help: it was announced, moved or staffed when the time to decide had come."""
    presences: tuple[Presence, ...] = ()
    desk_asks: int = 0
    """So many parties the desk was told of that nobody else can ask; 0 once it was told that none are left."""
    erased: int = 0

    @property
    def day(self) -> date:
        """The day on which it begins, on the community's calendar."""
        return local_date(self.starts_at)

    @property
    def taken(self) -> int:
        """The number of heads that have a seat. Guests above the capacity have none."""
        return sum(party.heads for party in self.seated if not party.guest)

    @property
    def held(self) -> int:
        """The number of seats that are kept for parties to whom they are offered."""
        return sum(party.heads for party in self.waiting if party.offered_until is not None)

    @property
    def walked_in(self) -> int:
        """The number of heads that are there without a seat. They take places until they leave."""
        return sum(presence.places for presence in self.presences)

    @property
    def free(self) -> int:
        """The number of seats that nobody has, nobody is offered and neither a guest nor somebody who walked in takes;
        never below 0."""
        return max(0, self.capacity - self._expected)

    @property
    def above_capacity(self) -> int:
        """The number of heads for which there is no place: the capacity was lowered, more people walked in, or the desk
        let guests in."""
        return max(0, self._expected - self.capacity)

    @property
    def guests(self) -> int:
        """The number of heads of guests above the capacity who are expected or there. Like people who walk in, they
        take places until they leave, and are counted as such once they are recorded as such."""
        return sum(party.heads for party in self._guests)

    @property
    def _guests(self) -> list[Party]:
        gone = {p.person for p in self.presences if not p.as_volunteer and (p.walk_in or p.left_at is not None)}
        return [party for party in self.seated if party.guest and party.person not in gone]

    @property
    def _expected(self) -> int:
        return self.taken + self.held + self.walked_in + self.guests

    def free_in(self, group: str) -> int:
        """The number of seats of a ticket group that nobody has, is offered, or takes as a guest or by walking in."""
        whole = sum(each.capacity for each in self.details.terms.groups if each.group == group)
        walked_in = sum(presence.places for presence in self.presences if presence.group == group)
        parties = (*self._seat_holders, *self._guests)
        return max(0, whole - walked_in - sum(party.heads_of(group) for party in parties))

    def fits(self, party: Party) -> bool:
        """Whether all of `party` finds a seat now, each head in its group where there still is one."""
        groups = {each.group for each in self.details.terms.groups}
        in_groups = all(each.heads <= self.free_in(each.group) for each in party.groups if each.group in groups)
        return party.heads <= self.free and in_groups

    def could_fit(self, party: Party) -> bool:
        """Whether `party` would find its seats if everybody else left; the capacity may have been lowered since."""
        whole = {each.group: each.capacity for each in self.details.terms.groups}
        in_groups = all(each.heads <= whole.get(each.group, each.heads) for each in party.groups)
        return party.heads <= self.capacity and in_groups

    @property
    def cannot_fit(self) -> tuple[str, ...]:
        """Who waits with a party that is larger than what the activity takes as it is now."""
        return tuple(party.person for party in self.waiting if not self.could_fit(party))

    @property
    def _seat_holders(self) -> list[Party]:
        seated = [party for party in self.seated if not party.guest]
        return seated + [party for party in self.waiting if party.offered_until is not None]

    @property
    def waiting_heads(self) -> int:
        """The number of heads on the waiting list."""
        return sum(party.heads for party in self.waiting)

    @property
    def attended(self) -> int:
        """The number of heads of the parties that checked in."""
        return sum(presence.heads for presence in self.presences)

    @computed_field  # type: ignore[prop-decorator]  # https://github.com/python/mypy/issues/1362
    @property
    def people(self) -> Someone[list[str]]:
        """Everybody who is named in this activity. It is stored, so that one index finds the activities of a person."""
        found = {self.organiser, *self.instructors, *self.volunteers}
        for party in (*self.seated, *self.waiting):
            found |= {party.person, party.by, *party.children}
        for presence in self.presences:
            found |= {presence.person, presence.by}
        return sorted(found)

    @computed_field  # type: ignore[prop-decorator]  # https://github.com/python/mypy/issues/1362
    @property
    def answer_due(self) -> datetime | None:
        """When the next answer of a party is due. It is stored, so that an index finds what is overdue."""
        if self.status is not ActivityStatus.SCHEDULED:
            return None
        asked = [p.asked_until for p in self.seated if p.asked_until is not None]
        return min([*asked, *(p.offered_until for p in self.waiting if p.offered_until is not None)], default=None)

    @property
    def to_ask(self) -> tuple[Party, ...]:
        """The parties without an account that have something to answer, and whom only the desk can ask."""
        parties = (*self.waiting, *self.seated)
        return tuple(p for p in parties if p.answer_until is not None and not p.has_account)

    @computed_field  # type: ignore[prop-decorator]  # https://github.com/python/mypy/issues/1362
    @property
    def desk_due(self) -> datetime | None:
        """When the desk is told next whom it is to ask. It is stored, so that an index finds what is due."""
        if self.status is not ActivityStatus.SCHEDULED:
            return None
        if self.desk_asks and not self.to_ask:
            return self.changed_at
        return min((due for party in self.to_ask if (due := party.desk_due) is not None), default=None)

    @property
    def helpers_missing(self) -> int:
        """The number of helpers that the activity still needs."""
        return max(0, self.volunteers_needed - len(self.volunteers))

    @computed_field  # type: ignore[prop-decorator]  # https://github.com/python/mypy/issues/1362
    @property
    def staffing_due(self) -> datetime | None:
        """When something is due because helpers are missing. It is stored, so that an index finds what is due."""
        if self.status is not ActivityStatus.SCHEDULED or not self.helpers_missing:
            return None
        warnings = [self.starts_at - timedelta(hours=hours) for hours in self.warnings_ahead]
        return min([*warnings, *([] if self.cancels_at is None else [self.cancels_at])], default=None)

    @property
    def warnings_ahead(self) -> list[int]:
        """The warnings that helpers are missing which were not given yet, in hours before the start."""
        terms = self.details.terms
        if self.staff_warned:
            last = terms.helpers_warn_hours if self.helpers_warned is None else self.helpers_warned
            return [hours for hours in terms.helpers_warn_again_hours if hours < last]
        return [terms.helpers_warn_hours, *terms.helpers_warn_again_hours]

    @computed_field  # type: ignore[prop-decorator]  # https://github.com/python/mypy/issues/1362
    @property
    def reminder_due(self) -> datetime | None:
        """When those with a seat are reminded next. It is stored, so that an index finds what is due."""
        left = [hours for hours in self.details.terms.reminder_hours if hours not in self.reminded]
        if self.status is not ActivityStatus.SCHEDULED or not left:
            return None
        return self.starts_at - timedelta(hours=max(left))

    @property
    def cancels_at(self) -> datetime | None:
        """When it is cancelled unless helpers are found; None where it goes ahead without them."""
        terms = self.details.terms
        if terms.when_short_staffed is ShortStaffed.GO_AHEAD or self.goes_ahead:
            return None
        return self.starts_at - timedelta(hours=terms.helpers_decide_hours)

    def as_decided(self, now: datetime) -> "Activity":
        """The activity as it was announced, moved or changed at `now`: where the time to decide whether it is cancelled
        for want of helpers had come by then, it goes ahead, since nobody could have been found in time."""
        late = self.cancels_at is not None and self.cancels_at <= now
        return self.model_copy(update={"goes_ahead": True}) if late else self

    @property
    def withholds(self) -> bool:
        return self.private

    @property
    def veil(self) -> Mapping[str, Any] | None:
        return VEIL

    def hides_from(self, by: Principal | None) -> bool:
        return self.private and not is_among(by, self.community, self.people)

    def told(self, event: Event) -> Event:
        return told_neutrally(event)

    def public(self) -> ActivityState:
        return self.model_copy(update=dict(NEUTRAL)).whole() if self.private else self.whole()

    def as_seen_by(self, by: Principal | None) -> "Activity":
        """The activity as `by` may know it, or anybody (None): of a private one that its time and place are taken."""
        if not self.hides_from(by):
            return self
        return self.model_copy(update={**NEUTRAL, **NOTHING_ELSE})

    def whole(self) -> ActivityState:
        """The state that its topic shows: nobody's registration stands in it."""
        return ActivityState(
            title=self.title,
            title_en=self.title_en,
            kind=self.kind,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            venue=self.venue,
            building=self.building,
            organiser=self.organiser,
            capacity=self.capacity,
            taken=self.taken,
            waiting=self.waiting_heads,
            attended=self.attended,
            volunteers_needed=self.volunteers_needed,
            skill=self.skill,
            helpers=list(self.helpers),
            volunteers=list(self.volunteers),
            min_age=self.min_age,
            guardian_required=self.guardian_required,
            details=self.details,
            private=self.private,
            all_day=self.all_day,
            status=self.status,
            series=self.series,
            occurrence=self.occurrence,
        )

    @property
    def booked_as(self) -> str:
        """What the bookings of its venue call it, which everybody may read."""
        return BUSY_ZH if self.private else self.title

    def party_of(self, person: str) -> Party | None:
        """The party that `person` registered, seated or waiting."""
        return next((p for p in (*self.seated, *self.waiting) if p.person == person), None)

    def position_of(self, person: str) -> int | None:
        """The place of `person`'s party on the waiting list, from 1."""
        return next((n for n, p in enumerate(self.waiting, 1) if p.person == person), None)

    def presence_of(self, person: str, *, as_volunteer: bool) -> Presence | None:
        """The coming and going of `person` in that role."""
        return next((p for p in self.presences if p.person == person and p.as_volunteer is as_volunteer), None)

    def is_there(self, person: str) -> bool:
        """Whether the party of `person` was seen here, also if it has left again."""
        return self.presence_of(person, as_volunteer=False) is not None

    def is_before_start(self, now: datetime) -> bool:
        """Whether it stands and has not begun."""
        return self.status is ActivityStatus.SCHEDULED and now < self.starts_at

    def is_ahead(self, now: datetime) -> bool:
        """Whether it stands and has not begun, and nobody is there yet."""
        return self.is_before_start(now) and not self.presences

    def require_scheduled(self) -> None:
        """Raises NotScheduled once the activity has reached its end."""
        if self.status is not ActivityStatus.SCHEDULED:
            raise NotScheduled(status=self.status.value, status_zh=_STATUS_ZH[self.status])

    def require_untouched(self, now: datetime) -> None:
        """Raises NotScheduled once the activity has reached its end, HasBegun once it has started or somebody came."""
        self.require_scheduled()
        if not self.is_ahead(now):
            raise HasBegun()

    def require_manager(self, by: Principal) -> None:
        """Raises NotYours unless `by` is staff of the community or organises this activity."""
        by.require(self.community)
        if not by.has(self.community, Role.STAFF) and by.sub != self.organiser:
            raise NotYours()

    def require_desk(self, by: Principal) -> None:
        """Raises NotYours unless `by` may act for others here."""
        if not self.is_desk(by):
            raise NotYours()

    def is_desk(self, by: Principal) -> bool:
        """Whether `by` may act for others here, as staff, grid workers and the organiser may."""
        if self.hides_from(by):
            return False
        acts = by.has(self.community, Role.STAFF, Role.GRID_WORKER) or by.sub == self.organiser
        return self.community in by.communities and acts
