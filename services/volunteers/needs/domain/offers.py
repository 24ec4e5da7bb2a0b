"""Offers of seats: the table of what may happen to one, and the offers of a need as a whole.

A need has `seats`; an offer that is live (`offered`, `accepted` or `fulfilled`) occupies one. Offers are never
removed, so that nobody is asked twice and every yes and no stays on record.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import ConfigDict

from services.contracts.marks import Someone, Thing
from services.contracts.value import Value
from services.volunteers.domain.errors import OfferNotNow


class OfferStatus(StrEnum):
    """Where an offer stands."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    FULFILLED = "fulfilled"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    RELEASED = "released"


class OfferCommand(StrEnum):
    """What may be done to an offer."""

    ACCEPT = "accept"
    DECLINE = "decline"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"
    RELEASE = "release"
    REPORT = "report"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table."""

    source: OfferStatus
    command: OfferCommand
    target: OfferStatus
    reason: str | None = None


S, C = OfferStatus, OfferCommand
TABLE: tuple[Row, ...] = (
    Row(S.OFFERED, C.ACCEPT, S.ACCEPTED),
    Row(S.OFFERED, C.DECLINE, S.DECLINED),
    Row(S.OFFERED, C.EXPIRE, S.EXPIRED),
    Row(S.OFFERED, C.RELEASE, S.RELEASED, "the need moved or went away before the answer"),
    Row(S.ACCEPTED, C.WITHDRAW, S.WITHDRAWN, "a yes may be taken back until it starts"),
    Row(S.ACCEPTED, C.RELEASE, S.RELEASED, "the yes was to another time; the person may be asked again"),
    Row(S.ACCEPTED, C.REPORT, S.ACCEPTED, "a report may be corrected until staff confirm"),
    Row(S.ACCEPTED, C.CONFIRM, S.FULFILLED),
)
_TARGETS = {(row.source, row.command): row.target for row in TABLE}

LIVE = frozenset({S.OFFERED, S.ACCEPTED, S.FULFILLED})
"""Occupies a seat."""

OPEN = frozenset({S.OFFERED, S.ACCEPTED})
"""Is still to be answered or served."""

SERVING = frozenset({S.ACCEPTED, S.FULFILLED})
"""Has said yes."""

ASKED = frozenset(S) - {S.RELEASED}
"""Stands against asking the same person again. A released one doesn't: what they were asked for has changed."""


class Offer(Value):
    """A seat offered to one person. `minutes`: what they reported, then what was confirmed."""

    model_config = ConfigDict(frozen=True)

    id: Thing[str]
    person: Someone[str]
    status: OfferStatus
    offered_at: datetime
    expires_at: datetime
    answered_at: datetime | None = None
    minutes: int | None = None


def target(status: OfferStatus, command: OfferCommand) -> OfferStatus:
    """Where `command` leads from `status`.

    Raises:
        OfferNotNow: nowhere.
    """
    found = _TARGETS.get((status, command))
    if found is None:
        raise OfferNotNow(status=status.value)
    return found
