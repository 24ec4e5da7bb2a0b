"""When a volunteer is reminded of a service: a day before it, or, if they said yes late, two hours before."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from services.volunteers.needs.domain.offers import Offer, OfferStatus

A_DAY = timedelta(hours=24)
"""A volunteer is reminded so long before the start …"""
SHORTLY = timedelta(hours=2)
"""… or only so long before the start, if they said yes less than this before that reminder, or after it."""

_TO_COME = frozenset({OfferStatus.ACCEPTED, OfferStatus.CONFIRMED})


def reminded_from(offer: Offer, starts_at: datetime) -> datetime | None:
    """When the person of `offer` is reminded; None if they do not come to serve, or were reminded before."""
    if offer.status not in _TO_COME or offer.reminded_at is not None:
        return None
    early = starts_at - A_DAY
    said_yes = offer.answered_at or offer.offered_at
    return early if said_yes <= early - SHORTLY else max(said_yes, starts_at - SHORTLY)


def next_reminder(offers: Iterable[Offer], starts_at: datetime) -> datetime | None:
    """When the next person among `offers` is reminded; None if nobody is."""
    return min((due for offer in offers if (due := reminded_from(offer, starts_at)) is not None), default=None)
