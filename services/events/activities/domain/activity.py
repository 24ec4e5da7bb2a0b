"""The activity, with those who have a seat, wait, help and came. It is one document, so all its lists are bounded."""

from datetime import date, datetime, timedelta

from pydantic import Field, computed_field

from services.chassis.aggregate import Aggregate
from services.chassis.errors import Conflict, NotYours
from services.chassis.principal import Principal, Role
from services.chassis.values import local_date
from services.contracts.activities import ActivityDetails, ActivityKind, ActivityState, ActivityStatus, ShortStaffed
from services.contracts.marks import Masked, Office, Someone, Thing
from services.events.activities.domain.parties import Party, Presence

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
    min_age: int | None = None
    guardian_required: bool = False
    details: ActivityDetails = ActivityDetails()
    all_day: bool = False
    budget_note: Office[str | None] = None
    """What it costs and who pays, for those who manage it."""
    status: ActivityStatus = ActivityStatus.SCHEDULED
    series: Thing[str | None] = None
    occurrence: date | None = None
    check_in_code: Thing[str] = Field(repr=False)
    changed_at: datetime
    previous_starts: tuple[datetime, ...] = ()
    stopped: bool = False
    """Whether it was broken off before its end."""
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
    presences: tuple[Presence, ...] = ()
    erased: int = 0

    @property
    def day(self) -> date:
        """The day on which it begins, on the community's calendar."""
        return local_date(self.starts_at)

    @property
    def taken(self) -> int:
        """How many heads have a seat; guests above the capacity sit on none."""
        return sum(party.heads for party in self.seated if not party.guest)

    @property
    def held(self) -> int:
        """How many seats are kept for parties that were offered them."""
        return sum(party.heads for party in self.waiting if party.offered_until is not None)

    @property
    def free(self) -> int:
        """How many seats nobody has and nobody was offered. A capacity that was lowered below `taken` has none."""
        return max(0, self.capacity - self.taken - self.held)

    def free_in(self, group: str) -> int:
        """How many seats of a ticket group nobody has and nobody was offered."""
        whole = sum(each.capacity for each in self.details.terms.groups if each.group == group)
        return max(0, whole - sum(party.heads_of(group) for party in self._seat_holders))

    def fits(self, party: Party) -> bool:
        """Whether all of `party` finds a seat now, each head in its group."""
        in_groups = all(each.heads <= self.free_in(each.group) for each in party.groups)
        return party.heads <= self.free and in_groups

    @property
    def _seat_holders(self) -> list[Party]:
        seated = [party for party in self.seated if not party.guest]
        return seated + [party for party in self.waiting if party.offered_until is not None]

    @property
    def waiting_heads(self) -> int:
        """How many heads wait."""
        return sum(party.heads for party in self.waiting)

    @property
    def attended(self) -> int:
        """How many heads the parties have that checked in."""
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
    def helpers_missing(self) -> int:
        """How many helpers it still needs."""
        return max(0, self.volunteers_needed - len(self.volunteers))

    @computed_field  # type: ignore[prop-decorator]  # https://github.com/python/mypy/issues/1362
    @property
    def staffing_due(self) -> datetime | None:
        """When something is due because helpers are missing. It is stored, so that an index finds what is due."""
        terms = self.details.terms
        if self.status is not ActivityStatus.SCHEDULED or not self.helpers_missing:
            return None
        if not self.staff_warned:
            return self.starts_at - timedelta(hours=terms.helpers_warn_hours)
        return self.cancels_at

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
        if terms.when_short_staffed is ShortStaffed.GO_AHEAD:
            return None
        return self.starts_at - timedelta(hours=terms.helpers_decide_hours)

    def public(self) -> ActivityState:
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
            volunteers=list(self.volunteers),
            min_age=self.min_age,
            guardian_required=self.guardian_required,
            details=self.details,
            all_day=self.all_day,
            status=self.status,
            series=self.series,
            occurrence=self.occurrence,
        )

    def party_of(self, person: str) -> Party | None:
        """The party that `person` registered, seated or waiting."""
        return next((p for p in (*self.seated, *self.waiting) if p.person == person), None)

    def position_of(self, person: str) -> int | None:
        """The place of `person`'s party on the waiting list, from 1."""
        return next((n for n, p in enumerate(self.waiting, 1) if p.person == person), None)

    def presence_of(self, person: str, *, as_volunteer: bool) -> Presence | None:
        """The coming and going of `person` in that role."""
        return next((p for p in self.presences if p.person == person and p.as_volunteer is as_volunteer), None)

    def is_ahead(self, now: datetime) -> bool:
        """Whether it stands and has not begun, and nobody is there yet."""
        return self.status is ActivityStatus.SCHEDULED and now < self.starts_at and not self.presences

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
        acts = by.has(self.community, Role.STAFF, Role.GRID_WORKER) or by.sub == self.organiser
        return self.community in by.communities and acts
