"""The table of holds, offers and seats."""

from services.volunteers.needs.domain.offers import LIVE, OfferStatus
from services.volunteers.seats.domain import TABLE, Owed, Seat


def test_the_table_has_each_pair_once_and_owes_something_exactly_where_hold_and_seat_disagree() -> None:
    assert len({(row.hold, row.offer) for row in TABLE}) == len(TABLE)
    assert {row.offer for row in TABLE} == {None, *OfferStatus}
    for row in TABLE:
        if row.offer in LIVE:
            assert row.seat is not Seat.FREE
            assert row.ended or row.owed in (None, Owed.SETTLE)
        elif row.offer is not None:
            assert row.seat is Seat.FREE
            assert (row.owed is Owed.RELEASE) is (row.hold.value != "none")
