"""The table of the permitted combinations of a hold of a volunteer's time, its offer, and the seat.

A hold is a `Booking` in the volunteer. It is made for one offer, under the id of that offer, and never serves another
offer: each offer and each sign-up makes a hold of its own, and a release names the offer whose hold it releases. So a
late or repeated step for an earlier offer can't change the hold of a later offer.

A hold without an offer can be released safely, since an offer is made only before the `until` of its hold. The attempt
that made the hold releases it when the offer is refused. Otherwise the round of matching releases it once `until` is
well past (`Seats.mend`).
"""

from dataclasses import dataclass
from enum import StrEnum

from services.volunteers.needs.domain.offers import OfferStatus
from services.volunteers.people.domain.volunteer import Booking


class HoldStatus(StrEnum):
    """The status of a hold. `held`: the hold expires at `until`. `settled`: the hold does not expire. `none`: no hold
    was made, or it was released.
    """

    NONE = "none"
    HELD = "held"
    SETTLED = "settled"


class Seat(StrEnum):
    """The status of a seat, which follows from its offer: `kept` for an answer, or `taken` by a yes."""

    FREE = "free"
    KEPT = "kept"
    TAKEN = "taken"


class Owed(StrEnum):
    """The step that must follow so that hold, offer and seat agree again: the offer is made, or the hold is settled or
    released.
    """

    OFFER = "offer"
    SETTLE = "settle"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Standing:
    """One permitted combination of a hold, an offer and a seat. `owed`: the step that must follow. `ended`: the
    combination occurs only in a need that is over or was cancelled.
    """

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
"""All permitted combinations. Above all, in a need that is not over no seat is kept or taken without its hold."""

_ROWS = {(row.hold, row.offer): row for row in TABLE}


def hold_of(booking: Booking | None) -> HoldStatus:
    """The status of the hold `booking`; `HoldStatus.NONE` if there is no booking."""
    if booking is None:
        return HoldStatus.NONE
    return HoldStatus.SETTLED if booking.until is None else HoldStatus.HELD


def standing(hold: HoldStatus, offer: OfferStatus | None, *, ended: bool = False) -> Standing | None:
    """The row of the table for a hold and its offer; None if the combination is not permitted. `ended`: the need is
    over or was cancelled.
    """
    row = _ROWS.get((hold, offer))
    return None if row is None or (row.ended and not ended) else row
