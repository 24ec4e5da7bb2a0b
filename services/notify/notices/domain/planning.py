"""The plan of a message: by which channels it goes, from when on, with what others; or why not.

It is made when the event comes and made anew before each delivery. What may be otherwise when a message is due (an
address, a preference, a channel that is not set up) decides nothing before that.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from services.chassis.values import ZONE
from services.contracts.notices import Suppression
from services.notify.persons.domain.person import Person
from services.notify.routing.domain.kinds import MessageClass, Weight
from services.notify.shared.values import NOISY, Way

BURST = timedelta(minutes=15)
"""Within this time of a message about the same, further ones wait and go out as one."""
DIGEST_AT = time(8)
"""The hour of daily digests, and of weekly ones on Mondays, in the community."""
_DAY = timedelta(days=1)


class Bundle(StrEnum):
    """What a message may be a part of."""

    DIGEST = "digest"
    BURST = "burst"


class Why(StrEnum):
    """Why somebody was not told, where `Suppression` has no word of its own."""

    SILENCED = "silenced"
    """They want to hear no more of this case or activity."""
    CLASS_OFF = "class-off"
    COLLAPSED = "collapsed"
    """It was told together with others."""
    NOTHING_LEFT = "nothing-left"
    """Of what was collected, nothing is worth telling any more."""
    QUIET_HOURS = "quiet-hours"
    """It would be worth nothing after the quiet hours, and is no emergency."""
    PROXY_ENDED = "proxy-ended"
    BOUNCED = "bounced"
    """The mail came back; or, where there is no address, mail before it did, and they have not entered it anew."""
    NOT_NEEDED = "not-needed"
    """Another channel reached them."""
    STOPPED = "stopped"
    """The broadcast was stopped."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a plan needs to know of a message: its kind and weight, what it speaks of, and when it is worth sending."""

    kind: str
    rule: Weight
    about: str
    due: datetime | None = None
    expires: datetime | None = None
    community: str = ""
    parts: tuple[str, ...] = ()
    """The activities of which it speaks, where they are several."""

    def is_silenced(self, silenced: Collection[str]) -> bool:
        """Whether all that it speaks of is among what somebody wants to hear no more of."""
        return self.about in silenced or (bool(self.parts) and all(each in silenced for each in self.parts))


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan for one channel. `reason`: it is not sent, and that is why; `bundle`: it waits for others. `held_until`:
    until then it waits whatever the person prefers, where that is later than the time from which it is worth telling.
    """

    channel: Way
    not_before: datetime
    reason: Suppression | None = None
    why: Why | None = None
    bundle: Bundle | None = None
    held_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits, as it was planned: for what others, until when, and until when whatever the person prefers."""

    channel: Way
    not_before: datetime
    bundle: Bundle | None
    held_until: datetime


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What holds around a plan: the channels that are set up, and when somebody was last told about the same."""

    open_channels: frozenset[Way]
    lately: Mapping[Way, datetime] = field(default_factory=dict)
    due: bool = False
    """The message is due: it has been collected, or it is sent by itself."""
    digest_today: bool = False
    """A digest was sent by the channel today, or is to be."""


_MAY_CHANGE = frozenset({Suppression.PREFERENCE, Suppression.NO_ADDRESS, Suppression.CHANNEL_OFF})
_CANT_REACH = frozenset({Suppression.NO_ADDRESS, Suppression.CHANNEL_OFF})


def plan(told: Told, person: Person, now: datetime, around: Circumstances) -> tuple[Planned, ...]:
    """The plan: the inbox, and the first channel in the person's order by which they can be reached.

    Channels before that one say why they are passed by, if the person named them or they are the usual one.
    """
    planned = [plan_channel(Way.INBOX, told, person, now, around)]
    for way in person.choices.order(told.rule.sort):
        each = plan_channel(way, told, person, now, around)
        if each.reason not in _CANT_REACH or way is Way.EMAIL or person.choices.chose(way, told.rule.sort):
            planned.append(each)
        if each.reason not in _CANT_REACH:
            break
    return tuple(planned)


def next_way(after: Way, told: Told, person: Person, now: datetime, around: Circumstances) -> Planned | None:
    """The plan for the next channel by which the person can be reached where `after` could not; None where none can."""
    order = person.choices.order(told.rule.sort)
    for way in order[order.index(after) + 1 :] if after in order else ():
        each = plan_channel(way, told, person, now, around)
        if each.reason is None:
            return each
    return None


def plan_channel(channel: Way, told: Told, person: Person, now: datetime, around: Circumstances) -> Planned:
    """The plan for one channel.

    Quiet hours hold a delivery, unless it is an emergency. Where it would be too late after them it is given up: the
    inbox has it already.
    """
    at = now if told.due is None else max(now, told.due)
    reason, why = _refusal(channel, told, person, around.open_channels)
    if reason in _MAY_CHANGE and at > now:
        reason = why = None
    if reason is None and told.expires is not None and at >= told.expires:
        reason = Suppression.EXPIRED
    if reason is not None:
        return Planned(channel, at, reason, why)
    if channel not in NOISY:
        return Planned(channel, at)
    collected = None if around.due else _collected(channel, told, person, at)
    return collected or _in_time(channel, told, person, at, around)


def plan_again(waiting: Waiting, told: Told, person: Person, now: datetime, around: Circumstances) -> Planned:
    """The plan of what waits by a channel that makes a noise, now that the person has chosen otherwise: as if it had
    come now, and in a burst with what it waits with.

    What is to be told in a digest of today is told in it, at its new time. What was collected and is wanted at once is
    told together once more, now; by itself where today has a digest, or where it is quiet now.
    """
    at = max(now, waiting.held_until)
    planned = plan_channel(waiting.channel, replace(told, due=at), person, now, around)
    if planned.reason is not None or waiting.bundle is None:
        return planned
    if waiting.bundle is Bundle.BURST:
        return planned if planned.bundle is not None else replace(planned, bundle=Bundle.BURST)
    following, together = digest_slot(at, weekly=False), person.choices.together(told.rule.sort)
    today = following - _DAY
    if waiting.not_before < following and (together != "weekly" or digest_slot(today, weekly=True) == today):
        quiet = person.choices.quiet
        sent = at if quiet is None else quiet.release(at, told.community)
        if told.expires is None or sent < told.expires:
            return Planned(waiting.channel, sent, bundle=Bundle.DIGEST)
    alone = planned.bundle is None and planned.not_before == now
    if not alone or around.digest_today or person.mutes(Bundle.DIGEST, waiting.channel):
        return planned
    return replace(planned, bundle=Bundle.DIGEST)


def _collected(channel: Way, told: Told, person: Person, at: datetime) -> Planned | None:
    """The plan where the person wants messages of this class collected, and it can wait for that."""
    together = person.choices.together(told.rule.sort)
    if together == "at-once" or told.rule.comes_anyway:
        return None
    slot = digest_slot(at, weekly=together == "weekly")
    quiet = person.choices.quiet
    sent = slot if quiet is None else quiet.release(slot, told.community)
    if told.expires is not None and sent >= told.expires:
        return None
    return Planned(channel, sent, bundle=Bundle.DIGEST)


def _in_time(channel: Way, told: Told, person: Person, at: datetime, around: Circumstances) -> Planned:
    rule, quiet = told.rule, person.choices.quiet
    if rule.sort is MessageClass.EMERGENCY:
        return Planned(channel, at)
    released = at if quiet is None else quiet.release(at, told.community)
    if told.expires is not None and released >= told.expires:
        return Planned(channel, at, Suppression.EXPIRED, Why.QUIET_HOURS)
    last = around.lately.get(channel)
    if rule.mandatory or told.due is not None or last is None or released >= last + BURST:
        return Planned(channel, released)
    together = last + BURST if quiet is None else quiet.release(last + BURST, told.community)
    if told.expires is not None and together >= told.expires:
        return Planned(channel, released)
    return Planned(channel, together, bundle=Bundle.BURST, held_until=last + BURST)


def digest_slot(at: datetime, *, weekly: bool) -> datetime:
    """The moment of the next digest at or after `at`."""
    local = at.astimezone(ZONE)
    day: date = local.date()
    if local.time() > DIGEST_AT:
        day += timedelta(days=1)
    if weekly:
        day += timedelta(days=-day.weekday() % 7)
    return datetime.combine(day, DIGEST_AT, ZONE).astimezone(at.tzinfo)


def _refusal(
    channel: Way, told: Told, person: Person, open_channels: frozenset[Way]
) -> tuple[Suppression | None, Why | None]:
    if person.gone:
        return Suppression.ERASED, None
    if not told.rule.comes_anyway:
        if person.choices.of(told.rule.sort).off:
            return Suppression.PREFERENCE, Why.CLASS_OFF
        if told.is_silenced(person.choices.silenced):
            return Suppression.PREFERENCE, Why.SILENCED
        if person.mutes(told.kind, channel):
            return Suppression.PREFERENCE, None
    if channel is not Way.INBOX and person.address(channel) is None:
        given_up = person.addresses.by(channel) is not None
        return Suppression.NO_ADDRESS, Why.BOUNCED if given_up else None
    if channel not in open_channels:
        return Suppression.CHANNEL_OFF, None
    return None, None
