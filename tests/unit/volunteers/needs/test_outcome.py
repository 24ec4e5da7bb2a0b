"""A need that is over tells whether all, some or nobody helped, whatever became of its empty seats."""

import pytest

from services.contracts.volunteers import NeedStatus
from services.volunteers.needs.domain.offers import OfferStatus
from services.volunteers.needs.domain.outcome import NeedOutcome, outcome, served
from tests.unit.volunteers.making import a_need, accepted

S, Ends = OfferStatus, NeedOutcome


@pytest.mark.parametrize(
    ("status", "offers", "found", "confirmed"),
    [
        (NeedStatus.LAPSED, (S.FULFILLED,), Ends.PARTLY_SERVED, 1),
        (NeedStatus.LAPSED, (S.FULFILLED, S.ACCEPTED), Ends.PARTLY_SERVED, 1),
        (NeedStatus.LAPSED, (S.FULFILLED, S.FULFILLED), Ends.SERVED, 2),
        (NeedStatus.LAPSED, (S.ACCEPTED,), None, 0),
        (NeedStatus.LAPSED, (S.NO_SHOW,), Ends.NOT_SERVED, 0),
        (NeedStatus.LAPSED, (), Ends.NOT_SERVED, 0),
        (NeedStatus.FULFILLED, (S.FULFILLED, S.NO_SHOW), Ends.PARTLY_SERVED, 1),
        (NeedStatus.FULFILLED, (S.FULFILLED, S.ACCEPTED), Ends.SERVED, 1),
        (NeedStatus.OPEN, (S.ACCEPTED,), None, 0),
        (NeedStatus.CANCELLED, (S.ACCEPTED,), None, 0),
    ],
)
def test_the_outcome_tells_who_helped(
    status: NeedStatus, offers: tuple[OfferStatus, ...], found: NeedOutcome | None, confirmed: int
) -> None:
    need = a_need(seats=2)
    for number in range(len(offers)):
        need = accepted(need, f"helper-{number}")
    each = tuple(o.model_copy(update={"status": end}) for o, end in zip(need.offers, offers, strict=True))
    need = need.model_copy(update={"status": status, "offers": each})
    assert (outcome(need), served(need)) == (found, confirmed)
