"""A volunteer's hold, the offer it was made for, and the seat: one table of how the three may stand together.

A hold is a `Booking` on the volunteer. It is made for one offer, under that offer's id, and never serves another:
whoever asks or signs up makes a hold of their own, and a release names the offer whose hold it releases. So nothing
that is still under way for an earlier offer, however late or often it arrives, can touch the hold of a later one.

What makes it safe to release a hold without an offer: an offer is made only before its hold's `until`. Who made the
hold may release it on learning that its offer was refused; anybody may once `until` is well past.
"""

from dataclasses import dataclass
from enum import StrEnum

from services.volunteers.needs.domain.offers import OfferStatus
from services.volunteers.people.domain.volunteers import Booking


class HoldStatus(StrEnum):
    """Where a hold stands. `held` runs out at `until`; `settled` doesn't; `none`: not made, or released."""

    NONE = "none"
    HELD = "held"
    SETTLED = "settled"


class Seat(StrEnum):
    """What the offer makes of a seat."""

    FREE = "free"
    KEPT = "kept"
    TAKEN = "taken"


class Owed(StrEnum):
    """What is still to follow, so that hold, offer and seat agree again."""

    OFFER = "offer"
    SETTLE = "settle"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Row:
    """One way for the three to stand. `ended`: the need is over or was cancelled."""

    hold: HoldStatus
    offer: OfferStatus | None
    seat: Seat
    owed: Owed | None = None
    ended: bool = False


H, O = HoldStatus, OfferStatus  # noqa: E741  the letter stands for offers, not for a number
_FELL_AWAY = (O.DECLINED, O.EXPIRED, O.WITHDRAWN, O.RELEASED)

TABLE: tuple[Row, ...] = (
    Row(H.NONE, None, Seat.FREE),
    Row(H.HELD, None, Seat.FREE, Owed.OFFER),
    Row(H.HELD, O.OFFERED, Seat.KEPT),
    Row(H.HELD, O.ACCEPTED, Seat.TAKEN, Owed.SETTLE),
    Row(H.SETTLED, O.ACCEPTED, Seat.TAKEN),
    Row(H.HELD, O.FULFILLED, Seat.TAKEN, Owed.SETTLE),
    Row(H.SETTLED, O.FULFILLED, Seat.TAKEN),
    *(Row(hold, fallen, Seat.FREE, Owed.RELEASE) for hold in (H.HELD, H.SETTLED) for fallen in _FELL_AWAY),
    *(Row(H.NONE, fallen, Seat.FREE) for fallen in _FELL_AWAY),
    Row(H.NONE, O.ACCEPTED, Seat.TAKEN, ended=True),
    Row(H.NONE, O.FULFILLED, Seat.TAKEN, ended=True),
)
"""What is not here never happens: above all no seat, kept or taken, in a need that goes on, without its hold."""

_ROWS = {(row.hold, row.offer): row for row in TABLE}


def hold_of(booking: Booking | None) -> HoldStatus:
    """Where the hold stands that `booking` is."""
    if booking is None:
        return HoldStatus.NONE
    return HoldStatus.SETTLED if booking.until is None else HoldStatus.HELD


def standing(hold: HoldStatus, offer: OfferStatus | None, *, ended: bool = False) -> Row | None:
    """The row of the table, or None where the two never stand so together."""
    row = _ROWS.get((hold, offer))
    return None if row is None or (row.ended and not ended) else row
