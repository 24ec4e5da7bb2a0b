"""The kinds of notice as data: whether people may switch one off, how long it is worth sending, its current text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from services.contracts.notices import NoticeChannel, NoticeKind

CHANNELS: tuple[NoticeChannel, ...] = (NoticeChannel.INBOX, NoticeChannel.EMAIL)
"""Every notice is planned for all of these, set up or not, so that a channel set up later sends nothing old."""

HELD_AT_NIGHT: frozenset[NoticeChannel] = frozenset({NoticeChannel.EMAIL})
"""Channels that quiet hours hold. An inbox disturbs nobody."""


@dataclass(frozen=True, slots=True)
class KindRule:
    """The rule of one kind.

    A `mandatory` kind comes whatever people prefer. After `lasts` a notice is not worth sending. `template` is the
    current version of its text.
    """

    mandatory: bool
    lasts: timedelta
    template: int = 1


_MONTH = timedelta(days=30)

RULES: Mapping[NoticeKind, KindRule] = {
    # It also tells that a case goes on as one with another: the vocabulary of kinds is closed.
    NoticeKind.CASE_DISPATCHED: KindRule(mandatory=False, lasts=timedelta(days=7), template=2),
    NoticeKind.CASE_REJECTED: KindRule(mandatory=False, lasts=_MONTH),
    NoticeKind.CASE_VERIFIED: KindRule(mandatory=False, lasts=_MONTH),
    NoticeKind.WISH_ANSWERED: KindRule(mandatory=False, lasts=_MONTH),
    NoticeKind.SEAT_OFFERED: KindRule(mandatory=False, lasts=timedelta(days=2)),
    # Whoever isn't told goes to help where nobody waits.
    NoticeKind.SEAT_RELEASED: KindRule(mandatory=True, lasts=_MONTH),
    NoticeKind.REGISTRATION_CONFIRMED: KindRule(mandatory=False, lasts=_MONTH),
    # Whoever gave up hope and made other plans must hear of it.
    NoticeKind.REGISTRATION_PROMOTED: KindRule(mandatory=True, lasts=_MONTH),
    NoticeKind.ACTIVITY_REMINDER: KindRule(mandatory=False, lasts=timedelta(days=400)),
    # Whoever isn't told stands before a closed door.
    NoticeKind.ACTIVITY_MOVED: KindRule(mandatory=True, lasts=_MONTH),
    NoticeKind.ACTIVITY_CANCELLED: KindRule(mandatory=True, lasts=_MONTH),
}
