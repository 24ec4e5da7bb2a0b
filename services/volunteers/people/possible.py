"""Tells which commands a caller may give about a volunteer now: the ones that the rules would not refuse."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from types import MappingProxyType

from services.chassis.aggregate import Decision
from services.chassis.principal import Principal
from services.volunteers.people.domain import guardians, leaving, partners, registering, vouching
from services.volunteers.people.domain.guardians import GiveConsent
from services.volunteers.people.domain.profile import ChangeProfile, Gender, Verify
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.shared.trying import tried

_SOMEBODY = "somebody"
"""The person whom the tried commands name as a partner, and whom no record names."""

Attempt = Callable[[Volunteer, Principal, datetime], Decision[Volunteer]]


def _merging(volunteer: Volunteer, by: Principal, now: datetime) -> Decision[Volunteer]:
    leaving.absorb(volunteer, volunteer, by, now)
    return leaving.end(volunteer, _SOMEBODY, by, now)


TRIES: Mapping[str, Attempt] = MappingProxyType(
    {
        "change": lambda v, by, now: registering.change(v, ChangeProfile(weekly_minutes=_other(v)), by, now),
        "pause": registering.pause,
        "resume": registering.resume,
        "avoid": lambda v, by, now: _of_oneself(partners.avoid(v, _SOMEBODY), v, by),
        "meet-again": lambda v, by, now: _of_oneself(partners.meet_again(v, next(iter(v.avoids), "")), v, by),
        "prefer": lambda v, by, now: _of_oneself(partners.prefer(v, _SOMEBODY), v, by),
        "prefer-no-more": lambda v, by, now: _of_oneself(partners.prefer_no_more(v, next(iter(v.prefers), "")), v, by),
        "leave": leaving.leave,
        "verify": lambda v, by, now: vouching.verify(v, Verify(gender=_another_gender(v)), by, now),
        "approve": vouching.approve,
        "consent": lambda v, by, now: guardians.consent(v, GiveConsent(text="another", guardian=_guardian(v)), by, now),
        "withdraw-consent": guardians.withdraw,
        "disapprove": vouching.disapprove,
        "merge": _merging,
    }
)
"""Each command as it is tried on the volunteer. A command that would change nothing does not count as possible."""


def possible(volunteer: Volunteer, by: Principal, now: datetime, least_age: int = vouching.LEAST_AGE) -> list[str]:
    """The commands that `by` may give about `volunteer` at `now`."""
    tries: dict[str, Attempt] = {**TRIES, "approve": partial(vouching.approve, least_age=least_age)}
    return [name for name, attempt in tries.items() if tried(attempt, volunteer, by, now)]


def _other(volunteer: Volunteer) -> int:
    return 0 if volunteer.weekly_minutes else 1


def _another_gender(volunteer: Volunteer) -> Gender:
    return Gender.MALE if volunteer.gender is Gender.FEMALE else Gender.FEMALE


def _guardian(volunteer: Volunteer) -> str | None:
    return volunteer.guardian or _SOMEBODY


def _of_oneself(decision: Decision[Volunteer], volunteer: Volunteer, by: Principal) -> Decision[Volunteer]:
    registering.require_self_or_staff(volunteer.community, volunteer.person, by)
    return decision
