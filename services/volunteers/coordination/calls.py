"""The call list of a day: the people to call, and the reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.contracts.volunteers import NeedStatus
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.offers import TO_SERVE, OfferStatus
from services.volunteers.people.domain.volunteer import Volunteer


class Why(StrEnum):
    """The reason of a call: the person has not answered, goes today, or has not reported how long the service took."""

    AWAITS_ANSWER = "awaits-answer"
    GOES = "goes"
    NOT_REPORTED = "not-reported"


SAID: Mapping[Why, tuple[str, str]] = {
    Why.AWAITS_ANSWER: ("尚未答复", "Has not answered"),
    Why.GOES: ("提醒到场", "Goes there"),
    Why.NOT_REPORTED: ("尚未报时长", "Has not reported"),
}


@dataclass(slots=True)
class PhoneCall:
    """A person to call, with each need that they are called about."""

    person: str
    about: list[tuple[Need, Why]] = field(default_factory=list)


def calls(needs: Sequence[Need], now: datetime) -> list[PhoneCall]:
    """The people to call about `needs`, in the order of their earliest need."""
    found: dict[str, PhoneCall] = {}
    for need in sorted(needs, key=lambda each: (each.starts_at, each.id)):
        if need.status is NeedStatus.CANCELLED:
            continue
        for offer in need.offers:
            why = _why(need, offer.status, offer.minutes, now)
            if why is not None:
                found.setdefault(offer.person, PhoneCall(offer.person)).about.append((need, why))
    return list(found.values())


def uncovered(needs: Sequence[Need], now: datetime) -> list[Need]:
    """The coming needs for which nobody has accepted or is asked, so that somebody has to be found."""
    return [
        need
        for need in needs
        if need.starts_at > now and need.status is NeedStatus.OPEN and need.open_seats == need.seats
    ]


def _why(need: Need, status: OfferStatus, minutes: int | None, now: datetime) -> Why | None:
    if status is OfferStatus.OFFERED and now < need.starts_at:
        return Why.AWAITS_ANSWER
    if status not in TO_SERVE:
        return None
    if now < need.ends_at:
        return Why.GOES
    return Why.NOT_REPORTED if minutes is None else None


def called(person: str, volunteers: Mapping[str, Volunteer]) -> str:
    """The name of a person, or their id where they have given no name."""
    volunteer = volunteers.get(person)
    return person if volunteer is None or volunteer.called is None else volunteer.called
