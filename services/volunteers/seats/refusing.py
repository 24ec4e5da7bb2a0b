"""Refusals of commands about seats: they are worked out before the need is written, and raised in its decision."""

from collections.abc import Collection
from datetime import datetime

from services.chassis.aggregate import Decision
from services.chassis.errors import CommunityError
from services.volunteers.needs.domain.eligibility import ADMISSION, SAFETY, NotEligible, not_admitted
from services.volunteers.needs.domain.need import Decide, Need
from services.volunteers.needs.domain.offers import LIVE, OfferStatus
from services.volunteers.people.domain.volunteer import Volunteer


def has(need: Need, person: str, statuses: Collection[OfferStatus]) -> bool:
    """Whether the person has an offer of one of `statuses` in the need."""
    return any(offer.person == person and offer.status in statuses for offer in need.offers)


def refusal_of_yes(need: Need, person: str, volunteer: Volunteer | None, now: datetime) -> NotEligible | None:
    """The refusal of an acceptance; None where it is admitted. `SAFETY` decides about a standing offer, `ADMISSION`
    about a seat."""
    if not has(need, person, LIVE):
        return None
    rules = SAFETY if has(need, person, {OfferStatus.OFFERED}) else ADMISSION
    return not_admitted(need.asked_of(person), volunteer, now, rules)


def unless(refusal: CommunityError | None, decide: Decide) -> Decide:
    """`decide`, or, where there is a refusal, a decision that raises it.

    The refusal is raised only in the decision, so that a repetition of a request that was carried out gets its first
    answer.
    """

    def decided(need: Need, now: datetime) -> Decision[Need]:
        if refusal is not None:
            raise refusal
        return decide(need, now)

    return decided
