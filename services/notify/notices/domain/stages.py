"""Stages: where a message by one channel stands, in finer words than the `status` that is published."""

from enum import StrEnum

from services.contracts.notices import NoticeStatus, Suppression


class Stage(StrEnum):
    """Where a message stands."""

    HELD = "held"
    """It waits for its time: a reminder, quiet hours, a digest, another try."""
    QUEUED = "queued"
    SENDING = "sending"
    """On record before the provider is called, so that a death in between leaves a doubt and no silence."""
    ACCEPTED = "accepted"
    """The provider has taken it over."""
    DELIVERED = "delivered"
    """It is in the inbox, or the provider says that it arrived."""
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """Nobody knows whether the provider took it; it is not sent again."""
    BOUNCED = "bounced"
    """The provider took it, and then told that it can't be delivered."""
    SUPPRESSED = "suppressed"
    EXPIRED = "expired"


OF_STATUS = {
    NoticeStatus.QUEUED: Stage.QUEUED,
    NoticeStatus.SENDING: Stage.SENDING,
    NoticeStatus.DELIVERED: Stage.DELIVERED,
    NoticeStatus.READ: Stage.DELIVERED,
    NoticeStatus.SUPPRESSED: Stage.SUPPRESSED,
    NoticeStatus.UNCERTAIN: Stage.UNKNOWN,
}
"""The stage of a message that was stored before there were stages."""


def of_suppression(reason: Suppression) -> Stage:
    """The stage of a message that is not sent for `reason`."""
    return {Suppression.EXPIRED: Stage.EXPIRED, Suppression.REFUSED: Stage.REFUSED}.get(reason, Stage.SUPPRESSED)
