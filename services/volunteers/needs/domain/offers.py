"""Offers of seats, and the table of what may happen to an offer.

A need has a number of seats, and each live offer occupies one of them. After a volunteer has accepted an offer, they
confirm that they come (`confirmed`) and are checked in (`checked-in`). In the end staff confirm that they served
(`fulfilled`), or record that they did not come (`no-show`). Offers are never removed from a need, so that nobody is
asked twice and every answer stays on record.
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
    """The person has no offer in this need that the command could be about."""


class OfferNotNow(
    Conflict,
    code="offer.not-now",
    zh="邀请目前为“{status}”，不能执行此操作。",
    en="The offer is {status}; that can't be done now.",
):
    """The table of offers has no row for the command and the status of the offer."""


class OfferStatus(StrEnum):
    """The status of an offer. `released`: the need was moved, was cancelled or is over. `taken-off`: staff took the
    person off the seat.
    """

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
    """A command to an offer. `promise`: the person confirms that they come. `correct`: a check-in was a mistake.
    `miss`: the person did not come. `report` and `confirm` are about the hours served.
    """

    ACCEPT = "accept"
    PROMISE = "promise"
    CHECK_IN = "check-in"
    CORRECT = "correct"
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
    """One row of the table: `command` leads from `source` to `target`. `reason` says why, where it is not plain."""

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
        for source in (S.ACCEPTED, S.CONFIRMED)
        for row in (
            Step(source, C.WITHDRAW, S.WITHDRAWN, "a yes may be taken back until it starts"),
            Step(source, C.TAKE_OFF, S.TAKEN_OFF, "staff decide who goes, until it starts"),
        )
    ),
    *(
        row
        for source in (S.ACCEPTED, S.CONFIRMED, S.CHECKED_IN)
        for row in (
            Step(source, C.RELEASE, S.RELEASED, "the yes was to another time; the person is asked again"),
            Step(source, C.REPORT, source, "a report may be corrected until staff confirm"),
            Step(source, C.CONFIRM, S.FULFILLED),
        )
    ),
    Step(S.ACCEPTED, C.CHECK_IN, S.CHECKED_IN, "who comes without having said so again is welcome"),
    Step(S.CONFIRMED, C.CHECK_IN, S.CHECKED_IN),
    Step(S.CHECKED_IN, C.CORRECT, S.CONFIRMED, "they were not there yet; whoever saw it wrong puts it right"),
    Step(S.ACCEPTED, C.MISS, S.NO_SHOW),
    Step(S.CONFIRMED, C.MISS, S.NO_SHOW),
    Step(S.NO_SHOW, C.CHECK_IN, S.CHECKED_IN, "they had come after all, and staff put it right"),
)
_TARGETS = {(row.source, row.command): row.target for row in TABLE}

TO_SERVE = frozenset({S.ACCEPTED, S.CONFIRMED, S.CHECKED_IN})
"""The person has said yes, and their service is still to come or under way."""

OPEN = frozenset({S.OFFERED}) | TO_SERVE
"""An offer of these statuses is still to be answered or served."""

SERVING = TO_SERVE | {S.FULFILLED}
"""The person has said yes, and their service is still to come, under way or confirmed."""

LIVE = frozenset({S.OFFERED, S.NO_SHOW}) | SERVING
"""An offer of these statuses occupies a seat. The seat of a no-show is given to nobody else."""

ASKED = frozenset(S) - {S.RELEASED}
"""Nobody with an offer of these statuses is asked again. A released offer does not count: its need has changed."""

_KEPT_AS = dict.fromkeys((S.CONFIRMED, S.CHECKED_IN, S.NO_SHOW), S.ACCEPTED)
"""The stages after a yes are stored as the status `accepted` and the stage, so that an older version of this service,
which does not know the stages, reads an accepted offer."""


def _kept(status: OfferStatus) -> OfferStatus:
    return _KEPT_AS.get(status, status)


Status = Annotated[
    OfferStatus,
    PlainSerializer(_kept, return_type=OfferStatus),
    WithJsonSchema({"type": "string", "enum": [str(status) for status in OfferStatus if status not in _KEPT_AS]}),
]
"""The status of an offer. In the store it is `accepted` for the stages after a yes (`Offer.stage` has the stage)."""


class Offer(Value):
    """A seat of `role` that was offered to one person, who may answer until `expires_at`.

    `minutes`: the minutes of service that the person reported, and later those that staff confirmed. `reason`: why the
    member of staff `by` chose this person; null where matching did. `reminded_at`: when the person was reminded of the
    service.
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
        """The stage after a yes: `confirmed`, `checked-in` or `no-show`; None for other statuses. It is stored beside
        the status.
        """
        return str(self.status) if self.status in _KEPT_AS else None


def target(status: OfferStatus, command: OfferCommand) -> OfferStatus:
    """The status to which `command` leads from `status`.

    Raises:
        OfferNotNow: the table has no row for them.
    """
    found = _TARGETS.get((status, command))
    if found is None:
        raise OfferNotNow(status=status.value)
    return found
