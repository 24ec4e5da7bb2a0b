"""The outcome of a need that is over: whether anybody helped. The status of a need says only whether its seats were
filled.
"""

from enum import StrEnum

from services.contracts.volunteers import NeedStatus
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.offers import SERVING, TO_SERVE, OfferStatus


class NeedOutcome(StrEnum):
    """Whether as many people have helped as there were seats (`served`), fewer, or nobody."""

    SERVED = "served"
    PARTLY_SERVED = "partly-served"
    NOT_SERVED = "not-served"


def served(need: Need) -> int:
    """The number of seats whose service was confirmed."""
    return sum(offer.status is OfferStatus.FULFILLED for offer in need.offers)


def outcome(need: Need) -> NeedOutcome | None:
    """The outcome of a need; None while the need is not over, if it was cancelled, or while the outcome is unknown.

    In a fulfilled need everybody who said yes counts as helping. In a lapsed need a seat stayed empty, and a person
    counts only once staff have confirmed their service; until then the outcome is unknown.
    """
    if need.status is NeedStatus.FULFILLED:
        helped = sum(offer.status in SERVING for offer in need.offers)
    elif need.status is NeedStatus.LAPSED:
        helped = served(need)
        if helped == 0 and any(offer.status in TO_SERVE for offer in need.offers):
            return None
    else:
        return None
    if helped >= need.seats:
        return NeedOutcome.SERVED
    return NeedOutcome.PARTLY_SERVED if helped else NeedOutcome.NOT_SERVED
