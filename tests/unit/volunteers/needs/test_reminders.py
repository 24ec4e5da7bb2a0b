"""When somebody is reminded of a service."""

from datetime import datetime, timedelta

import pytest

from services.volunteers.needs.domain.offers import Offer, OfferStatus
from services.volunteers.needs.domain.reminders import next_reminder, reminded_from
from tests.unit.volunteers.world import HOUR, NOW

STARTS = NOW + 72 * HOUR


def an_offer(status: OfferStatus, yes: datetime = NOW, reminded: datetime | None = None) -> Offer:
    return Offer(
        id="offer-1",
        person="ann",
        status=status,
        offered_at=NOW,
        expires_at=STARTS,
        answered_at=yes,
        reminded_at=reminded,
    )


@pytest.mark.parametrize(
    ("yes", "due"),
    [
        (timedelta(hours=72), timedelta(hours=24)),
        (timedelta(hours=26), timedelta(hours=24)),
        (timedelta(hours=25), timedelta(hours=2)),
        (timedelta(hours=3), timedelta(hours=2)),
        (timedelta(hours=1), timedelta(hours=1)),
    ],
)
def test_who_says_yes_late_is_reminded_shortly_before(yes: timedelta, due: timedelta) -> None:
    assert reminded_from(an_offer(OfferStatus.ACCEPTED, STARTS - yes), STARTS) == STARTS - due


def test_nobody_is_reminded_twice_or_of_what_they_do_not_do() -> None:
    assert reminded_from(an_offer(OfferStatus.CONFIRMED, reminded=STARTS - 24 * HOUR), STARTS) is None
    for status in set(OfferStatus) - {OfferStatus.ACCEPTED, OfferStatus.CONFIRMED}:
        assert reminded_from(an_offer(status), STARTS) is None
    both = [an_offer(OfferStatus.ACCEPTED, STARTS - 3 * HOUR), an_offer(OfferStatus.CONFIRMED)]
    assert next_reminder(both, STARTS) == STARTS - 24 * HOUR
