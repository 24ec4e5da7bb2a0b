"""Tells which commands a caller may give to a need now: the ones that the rules and the hard filters
would not refuse.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from services.chassis.aggregate import Decision
from services.chassis.errors import CommunityError
from services.chassis.principal import Principal, Role
from services.contracts.volunteers import SeatRole, TakenOff
from services.volunteers.needs.domain import attending, following, inviting, planning, seating, serving
from services.volunteers.needs.domain.eligibility import SAFETY, not_admitted
from services.volunteers.needs.domain.following import MoveNeed
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.offers import LIVE, OfferStatus
from services.volunteers.needs.domain.serving import Confirm, Report
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.shared.trying import tried

Attempt = Callable[[Need, Principal, datetime], Decision[Need]]
OfSomebody = Callable[[Need, str, Principal, datetime], Decision[Need]]

OWN: Mapping[str, Attempt] = MappingProxyType(
    {
        "accept": seating.accept,
        "decline": seating.decline,
        "promise": attending.promise,
        "withdraw": lambda need, by, now: seating.withdraw(need, by.sub, by, now),
        "standby": inviting.stand_by,
        "step-aside": lambda need, by, now: inviting.give_up(need, by),
    }
)
"""The commands that a volunteer gives for themselves, each as it is tried. `take` and `report` are judged apart."""

OF_ALL: Mapping[str, Attempt] = MappingProxyType(
    {
        "move": lambda need, by, now: following.move_by_hand(need, _an_hour_later(need), by, now),
        "cancel": planning.cancel,
    }
)
"""The commands of staff to the whole need, each as it is tried."""

OF_SOMEBODY: Mapping[str, OfSomebody] = MappingProxyType(
    {
        "take-off": lambda need, whom, by, now: seating.take_off(need, whom, TakenOff.OTHER, by, now),
        "reseat": lambda need, whom, by, now: attending.reseat(need, whom, _other_part(need, whom), by, now),
        "came": attending.check_in,
        "not-there": attending.not_there,
        "no-show": attending.no_show,
        "confirm": lambda need, whom, by, now: serving.confirm(need, Confirm(person=whom, minutes=1), by, now),
    }
)
"""The commands of staff and grid workers to the seat of one person, each as it is tried. Such a command is possible if
it could be given to the seat of any person in the need."""

FILTERED = frozenset({"accept", "promise", "standby"})
"""The commands that the filters of `SAFETY` may refuse as well."""


def possible(
    need: Need, by: Principal, now: datetime, volunteer: Volunteer | None, *, filtered: bool = True
) -> list[str]:
    """The commands that `by`, who is `volunteer` in the need's community, may give to it at `now`.

    `filtered`: the filters judge as well; otherwise the rules of the need alone do.
    """
    roles = need.open_roles or [part.role for part in need.roles] or [SeatRole.HELPER]
    theirs = next((offer.role for offer in need.offers if offer.person == by.sub and offer.status in LIVE), None)
    passes = not filtered or _passes(need, [theirs] if theirs is not None else roles, volunteer, now)
    found = [
        name for name, attempt in OWN.items() if tried(attempt, need, by, now) and (passes or name not in FILTERED)
    ]
    if passes and theirs is None and _is_free_for(need, by, now):
        found.append("take")
    if _reports(need, by, now):
        found.append("report")
    return found + list(_in_office(need, by, now))


def may_take(need: Need, by: Principal, now: datetime, volunteer: Volunteer | None) -> bool:
    """Whether `by` could sign up, or accept the offer that they have."""
    can = possible(need, by, now, volunteer)
    return "take" in can or "accept" in can


def _passes(need: Need, roles: Sequence[SeatRole], volunteer: Volunteer | None, now: datetime) -> bool:
    return any(not_admitted(need.asking(role), volunteer, now, SAFETY) is None for role in roles)


def _is_free_for(need: Need, by: Principal, now: datetime) -> bool:
    taken_off = any(o.person == by.sub and o.status is OfferStatus.TAKEN_OFF for o in need.offers)
    there = need.community in by.communities
    return there and not taken_off and not need.is_final and now < need.starts_at and need.open_seats > 0


def _reports(need: Need, by: Principal, now: datetime) -> bool:
    try:
        serving.report(need, Report(minutes=1), by, now)
    except (CommunityError, ValueError):
        return False
    return True


def _in_office(need: Need, by: Principal, now: datetime) -> Iterable[str]:
    if not by.has(need.community, Role.STAFF, Role.GRID_WORKER):
        return
    yield from (name for name, attempt in OF_ALL.items() if tried(attempt, need, by, now))
    if by.has(need.community, Role.STAFF) and not need.is_final and now < need.starts_at and need.open_seats > 0:
        yield "offers"
    people = list(dict.fromkeys(offer.person for offer in need.offers))
    for name, attempt in OF_SOMEBODY.items():
        if any(tried(_about(attempt, whom), need, by, now) for whom in people):
            yield name


def _about(attempt: OfSomebody, whom: str) -> Attempt:
    return lambda need, by, now: attempt(need, whom, by, now)


def _an_hour_later(need: Need) -> MoveNeed:
    later = timedelta(hours=1)
    return MoveNeed(starts_at=need.starts_at + later, ends_at=need.ends_at + later)


def _other_part(need: Need, whom: str) -> SeatRole:
    theirs = need.offer_to(whom)
    has = SeatRole.HELPER if theirs is None else theirs.role
    return SeatRole.LEAD if has is SeatRole.HELPER else SeatRole.HELPER
