"""A venue: its hours, blocks and buffers, and whether something may take place there. Codes name it in activities."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from pydantic import ConfigDict, Field

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.chassis.errors import Conflict, Invalid
from services.chassis.principal import Principal, Role
from services.chassis.values import ZONE, Line, Moment, Request
from services.chassis.words import Worded
from services.contracts.activities import Block, Equipment, Opening, VenueChanged, VenueEntered, VenueState
from services.contracts.marks import Code, Id, Masked, Office, Thing
from services.contracts.value import Value

MAX_BLOCKS = 200
_TOLD = 10
_DAY = 24 * 60


class VenueTaken(
    Conflict,
    code="venue.taken",
    zh="场地或授课人在以下时间已被占用：{when}。可改用：{free}。",
    en="The venue or an instructor is taken: {when}. Free instead: {free}.",
):
    """Two things don't take place at one place at one time, and nobody teaches in two places."""


class EquipmentShort(
    Conflict,
    code="venue.equipment-short",
    zh="社区共有 {stock} 件“{kind}”，以下时间不够用：{when}。",
    en="The community has {stock} of {kind}, too few then: {when}.",
):
    """A piece is in one place at one time."""


class VenueClosed(
    Conflict, code="venue.closed", zh="场地在以下时间不开放：{when}。", en="The venue is closed then: {when}."
):
    """The venue is closed at that time, or blocked."""


class VenueTooSmall(
    Invalid, code="venue.too-small", zh="场地最多容纳 {capacity} 人。", en="The venue holds {capacity} people."
):
    """More seats than fit into the room can't be kept."""


class HoursUnclear(Invalid, code="venue.hours-unclear", zh="结束须晚于开始。", en="It ends after it begins."):
    """Opening hours and blocks have a length."""


class TooManyBlocks(Conflict, code="venue.too-many-blocks", zh="停用时段过多。", en="Too many blocks."):
    """A venue is one document, so what it holds is bounded."""


class Slot(Value):
    """Something at a time: `activity` is its id, also before that activity is there."""

    model_config = ConfigDict(frozen=True)

    activity: str
    starts_at: datetime
    ends_at: datetime


class Clash(Value):
    """A slot that is wanted, and what holds its place or its instructor then. `title` is None where the asking
    community may not know what that is."""

    model_config = ConfigDict(frozen=True)

    slot: Slot
    starts_at: datetime
    ends_at: datetime
    title: str | None = None

    @property
    def is_by_set_up(self) -> bool:
        """Whether only the time for setting up and clearing away is in the way."""
        return self.ends_at <= self.slot.starts_at or self.slot.ends_at <= self.starts_at


class Venue(Aggregate):
    """A place of the community."""

    venue: Thing[Code]
    zh: Office[Masked]
    en: Office[Masked | None] = None
    building: Thing[str | None] = None
    capacity: int | None = None
    equipment: tuple[Equipment, ...] = ()
    openings: tuple[Opening, ...] = ()
    blocks: tuple[Block, ...] = ()
    before_minutes: int = 0
    after_minutes: int = 0

    def public(self) -> VenueState:
        return VenueState(
            venue=self.venue,
            zh=self.zh,
            en=self.en,
            building=self.building,
            capacity=self.capacity,
            equipment=list(self.equipment),
            openings=list(self.openings),
            blocks=list(self.blocks),
            before_minutes=self.before_minutes,
            after_minutes=self.after_minutes,
        )

    def is_open(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether it is open all the time, and not blocked."""
        if any(block.since < ends_at and starts_at < block.until for block in self.blocks):
            return False
        return not self.openings or all(self._is_open_on(*part) for part in _by_day(starts_at, ends_at))

    def _is_open_on(self, weekday: int, begins: int, ends: int) -> bool:
        open_until = begins  # hours that meet are one time: who opens from 9 to 12 and from 12 to 18 is open at noon
        for each in sorted((o for o in self.openings if o.weekday == weekday), key=lambda each: each.opens):
            if each.opens <= open_until:
                open_until = max(open_until, each.closes)
        return ends <= open_until


class OpeningRequest(Request):
    """Hours of a weekday (1 is Monday), in minutes of the day."""

    weekday: int = Field(ge=1, le=7)
    opens: int = Field(ge=0, le=_DAY)
    closes: int = Field(ge=0, le=_DAY)


class EquipmentRequest(Request):
    """The equipment that a venue has."""

    kind: Code
    zh: Line
    en: Line | None = None
    count: int = Field(default=1, ge=1, le=10_000)


class DescribeVenue(Request):
    """All that is to be known of a venue but its blocks."""

    zh: Line
    en: Line | None = None
    building: Id | None = None
    capacity: int | None = Field(default=None, ge=1, le=100_000)
    equipment: tuple[EquipmentRequest, ...] = Field(default=(), max_length=50)
    openings: tuple[OpeningRequest, ...] = Field(default=(), max_length=28)
    before_minutes: int = Field(default=0, ge=0, le=_DAY)
    after_minutes: int = Field(default=0, ge=0, le=_DAY)


class EnterVenue(DescribeVenue):
    """A venue, and the code by which activities name it."""

    community: Id
    venue: Code


class BlockVenue(Request):
    """A time at which nothing takes place there."""

    since: Moment
    until: Moment
    reason: Line | None = None


class UnblockVenue(Request):
    """The beginning of a block that is no more."""

    since: Moment


def venue_id(community: str, venue: str) -> str:
    """The id of the venue that a community names so: there is one."""
    return derived_id("venue", community, venue)


def enter(id: str, body: EnterVenue, by: Principal) -> Decision[Venue]:
    """Staff enter a venue.

    Raises:
        NotYours, HoursUnclear
    """
    by.require(body.community, Role.STAFF)
    venue = Venue(id=id, community=body.community, venue=body.venue, **_described(body))
    return decided(venue, event_from(VenueEntered, venue))


def describe(venue: Venue, body: DescribeVenue, by: Principal) -> Decision[Venue]:
    """Staff describe a venue anew. What has been booked stays booked; what `holds` no more is told, and moved by hand.

    Raises:
        NotYours, HoursUnclear
    """
    by.require(venue.community, Role.STAFF)
    changed = venue.model_copy(update=_described(body))
    return decided(venue) if changed == venue else decided(changed, event_from(VenueChanged, changed))


def block(venue: Venue, body: BlockVenue, by: Principal) -> Decision[Venue]:
    """Staff block a venue for a time. What has been booked then is told by its list, and moved by hand.

    Raises:
        NotYours, HoursUnclear, TooManyBlocks
    """
    by.require(venue.community, Role.STAFF)
    if body.until <= body.since:
        raise HoursUnclear()
    added = Block(since=body.since, until=body.until, reason=body.reason)
    if added in venue.blocks:
        return decided(venue)
    if len(venue.blocks) >= MAX_BLOCKS:
        raise TooManyBlocks()
    blocks = tuple(sorted((*venue.blocks, added), key=lambda each: each.since))
    blocked = venue.model_copy(update={"blocks": blocks})
    return decided(blocked, event_from(VenueChanged, blocked))


def unblock(venue: Venue, since: datetime, by: Principal) -> Decision[Venue]:
    """Staff take a block away; where there is none that begins then, nothing changes.

    Raises:
        NotYours
    """
    by.require(venue.community, Role.STAFF)
    blocks = tuple(each for each in venue.blocks if each.since != since)
    if blocks == venue.blocks:
        return decided(venue)
    open_again = venue.model_copy(update={"blocks": blocks})
    return decided(open_again, event_from(VenueChanged, open_again))


def require_open(venue: Venue, slots: Sequence[Slot], heads: int) -> None:
    """Whether all `slots` may take place there, with `heads` people.

    Raises:
        VenueTooSmall
        VenueClosed: it names the times.
    """
    require_size(venue, heads)
    closed = [slot for slot in slots if not venue.is_open(slot.starts_at, slot.ends_at)]
    if closed:
        raise VenueClosed(when=told(closed))


def holds(venue: Venue, starts_at: datetime, ends_at: datetime, heads: int | None) -> bool:
    """Whether `venue` has the hours and the size for something, whatever blocks it. Bookings of old name no `heads`."""
    small = venue.capacity is not None and heads is not None and heads > venue.capacity
    return not small and venue.model_copy(update={"blocks": ()}).is_open(starts_at, ends_at)


def require_size(venue: Venue, heads: int) -> None:
    """Raises VenueTooSmall if so many people don't fit."""
    if venue.capacity is not None and heads > venue.capacity:
        raise VenueTooSmall(capacity=venue.capacity)


def used_at_once(uses: Sequence[tuple[datetime, datetime, int, bool]], since: datetime, until: datetime) -> int:
    """The most pieces that `uses` take at one moment between `since` and `until`."""
    touching = [use for use in uses if use[0] < until and use[1] > since]
    moments = [since, *(use[0] for use in touching if use[0] > since)]
    return max((sum(use[2] for use in touching if use[0] <= at < use[1]) for at in moments), default=0)


def with_buffers(venue: Venue | None, slot: Slot) -> tuple[datetime, datetime]:
    """From when until when nothing else may take place there."""
    if venue is None:
        return slot.starts_at, slot.ends_at
    before, after = timedelta(minutes=venue.before_minutes), timedelta(minutes=venue.after_minutes)
    return slot.starts_at - before, slot.ends_at + after


def told(slots: Sequence[Slot]) -> str:
    """The first of `slots`, as people read them."""
    return ", ".join(hours(slot.starts_at, slot.ends_at) for slot in slots[:_TOLD]) + _more(len(slots))


def among_themselves(spans: Sequence[tuple[Slot, datetime, datetime]], title: str) -> list[Clash]:
    """The slots, all of one series called `title`, that begin before the one before them has ended; each is given with
    the time that nothing else may take."""
    ordered = sorted(spans, key=lambda span: span[1])
    return [
        Clash(slot=slot, starts_at=before.starts_at, ends_at=before.ends_at, title=title)
        for (before, _, ends), (slot, starts, _) in pairwise(ordered)
        if starts < ends
    ]


def told_clashes(clashes: Sequence[Clash]) -> Worded:
    """The first of `clashes`: the hours that are held, and by what where that may be known."""
    zh, en = [], []
    for clash in clashes[:_TOLD]:
        held = hours(clash.starts_at, clash.ends_at)
        title = "" if clash.title is None else f"“{clash.title}”"
        zh.append(f"{held}{title}{'（含布置和整理时间）' if clash.is_by_set_up else ''}")
        en.append(f"{held}{title and ' ' + title}{' (with its set-up)' if clash.is_by_set_up else ''}")
    more = _more(len(clashes))
    return Worded.sentence("、".join(zh) + more, ", ".join(en) + more)


def hours(starts_at: datetime, ends_at: datetime) -> str:
    """A time as people read it: the day, and from when until when."""
    begins, ends = starts_at.astimezone(ZONE), ends_at.astimezone(ZONE)
    until = f"{ends:%H:%M}" if ends.date() == begins.date() else f"{ends:%Y-%m-%d %H:%M}"
    return f"{begins:%Y-%m-%d %H:%M}–{until}"


def _more(count: int) -> str:
    return f" (+{count - _TOLD})" if count > _TOLD else ""


def _described(body: DescribeVenue) -> dict[str, Any]:
    if any(each.closes <= each.opens for each in body.openings):
        raise HoursUnclear()
    return {
        "zh": body.zh,
        "en": body.en,
        "building": body.building,
        "capacity": body.capacity,
        "equipment": tuple(Equipment(**each.model_dump()) for each in body.equipment),
        "openings": tuple(Opening(**each.model_dump()) for each in body.openings),
        "before_minutes": body.before_minutes,
        "after_minutes": body.after_minutes,
    }


def _by_day(starts_at: datetime, ends_at: datetime) -> list[tuple[int, int, int]]:
    """The weekdays that a time touches on the community's calendar, each with its minutes."""
    parts: list[tuple[int, int, int]] = []
    at, end = starts_at.astimezone(ZONE), ends_at.astimezone(ZONE)
    while at < end:
        midnight = at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        until = min(midnight, end)
        last = _DAY if until == midnight else until.hour * 60 + until.minute
        parts.append((at.isoweekday(), at.hour * 60 + at.minute, last))
        at = until
    return parts
