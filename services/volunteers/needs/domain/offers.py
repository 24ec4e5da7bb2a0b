"""Offers of seats: the table of what may happen to an offer.

A need has `seats`; an offer that is live occupies one. After the yes somebody says once more that they come
(`confirmed`), is seen there (`checked-in`), and has served (`fulfilled`) or was awaited in vain (`no-show`). Offers are
never removed, so that nobody is asked twice and every yes and no stays on record.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import ConfigDict, Field, PlainSerializer, WithJsonSchema, computed_field, model_validator

from services.chassis.errors import Conflict
from services.contracts.marks import Office, Officer, Someone, Thing
from services.contracts.value import Value
from services.contracts.volunteers import SeatRole


class NoSuchOffer(
    Conflict,
    code="offer.not-yours",
    zh="没有等待您答复的邀请。",
    en="There is no such offer to you.",
):
    """Only the person asked can answer."""


class OfferNotNow(
    Conflict,
    code="offer.not-now",
    zh="邀请目前为“{status}”，不能执行此操作。",
    en="The offer is {status}; that can't be done now.",
):
    """The table of offers has no row for this."""


class OfferStatus(StrEnum):
    """The status of an offer."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked-in"
    NO_SHOW = "no-show"
    FULFILLED = "fulfilled"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    RELEASED = "released"
    TAKEN_OFF = "taken-off"


class OfferCommand(StrEnum):
    """A command that may be given to an offer."""

    ACCEPT = "accept"
    PROMISE = "promise"
    CHECK_IN = "check-in"
    MISS = "miss"
    DECLINE = "decline"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"
    RELEASE = "release"
    TAKE_OFF = "take-off"
    REPORT = "report"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the table: `command` leads from `source` to `target`."""

    source: OfferStatus
    command: OfferCommand
    target: OfferStatus
    reason: str | None = None


S, C = OfferStatus, OfferCommand
TABLE: tuple[Step, ...] = (
    Step(S.OFFERED, C.ACCEPT, S.ACCEPTED),
    Step(S.OFFERED, C.DECLINE, S.DECLINED),
    Step(S.OFFERED, C.EXPIRE, S.EXPIRED),
    Step(S.OFFERED, C.RELEASE, S.RELEASED, "the need moved or went away before the answer"),
    Step(S.OFFERED, C.TAKE_OFF, S.TAKEN_OFF, "staff decide who goes"),
    Step(S.ACCEPTED, C.PROMISE, S.CONFIRMED),
    *(
        row
        for source in (S.ACCEPTED, S.CONFIRMED, S.CHECKED_IN)
        for row in (
            Step(source, C.WITHDRAW, S.WITHDRAWN, "a yes may be taken back until it starts"),
            Step(source, C.RELEASE, S.RELEASED, "the yes was to another time; the person is asked again"),
            Step(source, C.TAKE_OFF, S.TAKEN_OFF, "staff decide who goes, until it starts"),
            Step(source, C.REPORT, source, "a report may be corrected until staff confirm"),
            Step(source, C.CONFIRM, S.FULFILLED),
        )
    ),
    Step(S.ACCEPTED, C.CHECK_IN, S.CHECKED_IN, "who comes without having said so again is welcome"),
    Step(S.CONFIRMED, C.CHECK_IN, S.CHECKED_IN),
    Step(S.ACCEPTED, C.MISS, S.NO_SHOW),
    Step(S.CONFIRMED, C.MISS, S.NO_SHOW),
    Step(S.NO_SHOW, C.CHECK_IN, S.CHECKED_IN, "they had come after all, and staff put it right"),
)
_TARGETS = {(row.source, row.command): row.target for row in TABLE}

TO_SERVE = frozenset({S.ACCEPTED, S.CONFIRMED, S.CHECKED_IN})
"""The person has said yes, and the service is still before them or under way."""

OPEN = frozenset({S.OFFERED}) | TO_SERVE
"""An offer of these is still to be answered or served."""

SERVING = TO_SERVE | {S.FULFILLED}
"""The person has said yes."""

LIVE = frozenset({S.OFFERED, S.NO_SHOW}) | SERVING
"""An offer of these occupies a seat; that of somebody who was awaited in vain can't be given to anybody else."""

ASKED = frozenset(S) - {S.RELEASED}
"""An offer of these stands against asking the same person again. A released one doesn't: its need has changed."""


_KEPT_AS = dict.fromkeys((S.CONFIRMED, S.CHECKED_IN, S.NO_SHOW), S.ACCEPTED)
"""The stages after a yes are kept as a yes with its `stage`: a version that doesn't know them reads the yes."""


def _kept(status: OfferStatus) -> OfferStatus:
    return _KEPT_AS.get(status, status)


Status = Annotated[
    OfferStatus,
    PlainSerializer(_kept, return_type=OfferStatus),
    WithJsonSchema({"type": "string", "enum": [str(status) for status in OfferStatus if status not in _KEPT_AS]}),
]
"""The status of an offer, as it is kept."""


class Offer(Value):
    """A seat offered to one person. `minutes`: what they reported, then what was confirmed.

    `role`: the part that the seat is for. `reason`: why staff (`by`) chose this person, past the plan. `reminded_at`:
    when the person was last reminded of the service.
    """

    model_config = ConfigDict(frozen=True)

    id: Thing[str]
    person: Someone[str]
    status: Status
    offered_at: datetime
    expires_at: datetime
    answered_at: datetime | None = None
    minutes: int | None = None
    reason: Office[str | None] = Field(default=None, repr=False)
    by: Officer[str | None] = None
    role: SeatRole = SeatRole.HELPER
    reminded_at: datetime | None = None

    @model_validator(mode="before")
    @classmethod
    def _with_its_stage(cls, stored: Any) -> Any:
        return {**stored, "status": stored["stage"]} if isinstance(stored, Mapping) and stored.get("stage") else stored

    @computed_field  # type: ignore[prop-decorator]  # https://github.com/python/mypy/issues/1362
    @property
    def stage(self) -> Thing[str | None]:
        """What has become of a yes since. It is stored beside the status."""
        return str(self.status) if self.status in _KEPT_AS else None


def target(status: OfferStatus, command: OfferCommand) -> OfferStatus:
    """The status to which `command` leads from `status`.

    Raises:
        OfferNotNow: the command leads nowhere from there.
    """
    found = _TARGETS.get((status, command))
    if found is None:
        raise OfferNotNow(status=status.value)
    return found
