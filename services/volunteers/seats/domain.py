"""A volunteer's hold, the offer it was made for, and the seat: one table of how the three may stand together.

A hold is a `Booking` on the volunteer. It is made for one offer, under that offer's id, and never serves another:
whoever asks or signs up makes a hold of their own, and a release names the offer whose hold it releases. So nothing
that is still under way for an earlier offer, however late or often it arrives, can touch the hold of a later one.

A hold without an offer can be released safely, since an offer is made only before its hold's `until`: whoever made the
hold may release it on learning that its offer was refused, and anybody may once `until` is well past.
"""

from dataclasses import dataclass
from enum import StrEnum

from services.volunteers.needs.domain.offers import OfferStatus
from services.volunteers.people.domain.volunteer import Booking


class HoldStatus(StrEnum):
    """The status of a hold. `held` runs out at `until`, `settled` doesn't; `none` was not made, or is released."""

    NONE = "none"
    HELD = "held"
    SETTLED = "settled"


class Seat(StrEnum):
    """The status of a seat, as its offer makes it."""

    FREE = "free"
    KEPT = "kept"
    TAKEN = "taken"


class Owed(StrEnum):
    """The step that is still to follow, so that hold, offer and seat agree again."""

    OFFER = "offer"
    SETTLE = "settle"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Standing:
    """One way for the three to stand together. `ended`: only in a need that is over or was cancelled."""

    hold: HoldStatus
    offer: OfferStatus | None
    seat: Seat
    owed: Owed | None = None
    ended: bool = False


H, O = HoldStatus, OfferStatus  # noqa: E741  the letter stands for offers, not for a number
_TAKEN = (O.ACCEPTED, O.CONFIRMED, O.CHECKED_IN, O.NO_SHOW, O.FULFILLED)
_FELL_AWAY = (O.DECLINED, O.EXPIRED, O.WITHDRAWN, O.RELEASED, O.TAKEN_OFF)

TABLE: tuple[Standing, ...] = (
    Standing(H.NONE, None, Seat.FREE),
    Standing(H.HELD, None, Seat.FREE, Owed.OFFER),
    Standing(H.HELD, O.OFFERED, Seat.KEPT),
    *(Standing(H.HELD, yes, Seat.TAKEN, Owed.SETTLE) for yes in _TAKEN),
    *(Standing(H.SETTLED, yes, Seat.TAKEN) for yes in _TAKEN),
    *(Standing(hold, fallen, Seat.FREE, Owed.RELEASE) for hold in (H.HELD, H.SETTLED) for fallen in _FELL_AWAY),
    *(Standing(H.NONE, fallen, Seat.FREE) for fallen in _FELL_AWAY),
    *(Standing(H.NONE, yes, Seat.TAKEN, ended=True) for yes in _TAKEN),
)
"""No other standing ever comes about: above all no seat, kept or taken, without its hold in a need that goes on."""

_ROWS = {(row.hold, row.offer): row for row in TABLE}


def hold_of(booking: Booking | None) -> HoldStatus:
    """The status of the hold that `booking` is."""
    if booking is None:
        return HoldStatus.NONE
    return HoldStatus.SETTLED if booking.until is None else HoldStatus.HELD


def standing(hold: HoldStatus, offer: OfferStatus | None, *, ended: bool = False) -> Standing | None:
    """The row of the table for a hold and its offer, or None where the two never stand so together."""
    row = _ROWS.get((hold, offer))
    return None if row is None or (row.ended and not ended) else row
