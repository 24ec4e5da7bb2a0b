"""The call list of a day: whom to call, by what number, and what for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.contracts.volunteers import NeedStatus
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.offers import TO_SERVE, OfferStatus
from services.volunteers.people.domain.volunteer import Volunteer


class Why(StrEnum):
    """Why somebody is called: they have not answered, they go today, or they have not said how long it took."""

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
    """One person to call, and each need that they are called about."""

    person: str
    about: list[tuple[Need, Why]] = field(default_factory=list)


def calls(needs: Sequence[Need], now: datetime) -> list[PhoneCall]:
    """Whom to call about these needs, in the order of what comes first."""
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
    """The needs that are still to come with nobody who said yes or is asked: somebody has to be found."""
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
    """What a person is called; whoever has told no name is called by their id."""
    volunteer = volunteers.get(person)
    return person if volunteer is None or volunteer.called is None else volunteer.called
