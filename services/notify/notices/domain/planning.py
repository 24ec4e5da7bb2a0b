"""The plan of a notice: by which channel it goes, from when on, or why not. It is made anew before each delivery."""

from dataclasses import dataclass
from datetime import datetime

from services.contracts.notices import NoticeChannel, NoticeKind, Suppression
from services.notify.persons.domain.kinds import CHANNELS, HELD_AT_NIGHT, RULES
from services.notify.persons.domain.person import Person


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan for one channel. A notice with a `reason` is not sent, and that is why."""

    channel: NoticeChannel
    not_before: datetime
    reason: Suppression | None = None


def plan(
    kind: NoticeKind,
    person: Person,
    now: datetime,
    *,
    open_channels: frozenset[NoticeChannel],
    due: datetime | None = None,
    expires: datetime | None = None,
) -> tuple[Planned, ...]:
    """The plan for every channel.

    Args:
        open_channels: the channels that this deployment has set up.
        due: the notice is not to be delivered before; None or a past time is at once.
        expires: from then on the notice is not worth delivering.
    """
    return tuple(
        plan_channel(channel, kind, person, now, open_channels=open_channels, due=due, expires=expires)
        for channel in CHANNELS
    )


def plan_channel(
    channel: NoticeChannel,
    kind: NoticeKind,
    person: Person,
    now: datetime,
    *,
    open_channels: frozenset[NoticeChannel],
    due: datetime | None = None,
    expires: datetime | None = None,
) -> Planned:
    """The plan for one channel.

    Quiet hours hold a delivery. Where it would be too late after them, a mandatory kind goes out at once and any other
    is given up.
    """
    at = now if due is None else max(now, due)
    reason = _refusal(channel, kind, person, open_channels)
    if reason is None and expires is not None and at >= expires:
        reason = Suppression.EXPIRED
    if reason is not None:
        return Planned(channel, at, reason)
    quiet = person.choices.quiet
    if channel not in HELD_AT_NIGHT or quiet is None:
        return Planned(channel, at)
    released = quiet.release(at)
    if expires is None or released < expires:
        return Planned(channel, released)
    if RULES[kind].mandatory:
        return Planned(channel, at)
    return Planned(channel, at, Suppression.EXPIRED)


def _refusal(
    channel: NoticeChannel, kind: NoticeKind, person: Person, open_channels: frozenset[NoticeChannel]
) -> Suppression | None:
    if person.gone:
        return Suppression.ERASED
    if person.mutes(kind, channel) and not RULES[kind].mandatory:
        return Suppression.PREFERENCE
    if channel is NoticeChannel.EMAIL and person.addresses.email is None:
        return Suppression.NO_ADDRESS
    if channel not in open_channels:
        return Suppression.CHANNEL_OFF
    return None
