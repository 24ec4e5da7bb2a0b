"""How long somebody was present at a need: they arrive, leave, and where they forget to check out, that is said.

Time is counted from the arrival, but not from before the planned start, in whole minutes that are never rounded up. Who
leaves after midnight has one presence, which counts for the day on which the service started. A check-out that was
forgotten counts to the planned end at the most, and is flagged for whoever confirms the hours.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.chassis.errors import Conflict
from services.contracts.marks import Officer, Someone, Thing
from services.contracts.volunteers import (
    PresenceArrived,
    PresenceErased,
    PresenceForgotten,
    PresenceLeft,
    PresenceState,
)
from services.volunteers.needs.domain.need import Need
from services.volunteers.shared.values import whole_minutes


class NotCheckedIn(
    Conflict, code="presence.not-checked-in", zh="尚未签到，不能签退。", en="They have not checked in yet."
):
    """Who leaves has come."""


class NotAtThisTime(
    Conflict, code="presence.not-at-this-time", zh="现在不在签到时段内。", en="It is not the time to check in."
):
    """People check in around the service, not days before and not once it is over."""


class How(StrEnum):
    """How it was seen that somebody was there: by the code that is shown there, or by somebody in office."""

    CODE = "code"
    SEEN = "seen"


class Presence(Aggregate):
    """Somebody's presence at a need, at the time that the need had when they arrived.

    `arrival_seen_by`, `departure_seen_by`: who of the staff or grid workers saw it, where it was no code. `due`: when a
    check-out that is still missing counts as forgotten.
    """

    need: Thing[str]
    person: Someone[str]
    starts_at: datetime
    ends_at: datetime
    arrived_at: datetime
    arrival: How
    arrival_seen_by: Officer[str | None] = None
    left_at: datetime | None = None
    departure: How | None = None
    departure_seen_by: Officer[str | None] = None
    minutes: int | None = None
    forgotten: bool = False
    due: datetime | None

    def public(self) -> PresenceState:
        return PresenceState(
            need=self.need,
            person=self.person,
            arrived_at=self.arrived_at,
            left_at=self.left_at,
            minutes=self.minutes,
            forgotten=self.forgotten,
        )


def presence_id(need: Need, person: str) -> str:
    """The id of somebody's presence at a need: one each for the time that the need has."""
    return derived_id("presence", need.id, person, need.starts_at.isoformat())


def arrive(
    need: Need, person: str, how: How, seen_by: str | None, now: datetime, grace: timedelta
) -> Decision[Presence]:
    """Somebody is there. A check-out counts as forgotten once `grace` has gone by since the planned end.

    Raises:
        NotAtThisTime: the service is over.
    """
    if now >= need.ends_at:
        raise NotAtThisTime()
    presence = Presence(
        id=presence_id(need, person),
        community=need.community,
        need=need.id,
        person=person,
        starts_at=need.starts_at,
        ends_at=need.ends_at,
        arrived_at=now,
        arrival=how,
        arrival_seen_by=seen_by,
        due=need.ends_at + grace,
    )
    return decided(presence, event_from(PresenceArrived, presence))


def leave(presence: Presence, how: How, seen_by: str | None, now: datetime) -> Decision[Presence]:
    """They go; a second time changes nothing. One that was forgotten before stays so."""
    if presence.left_at is not None:
        return decided(presence)
    update = {"left_at": now, "departure": how, "departure_seen_by": seen_by, "due": None}
    changed = presence.model_copy(update={**update, "minutes": _minutes(presence, now)})
    return decided(changed, event_from(PresenceLeft, changed))


def forget(presence: Presence, now: datetime) -> Decision[Presence]:
    """Nobody checked them out: the time counts to the planned end, and is flagged."""
    if presence.left_at is not None or presence.due is None or now < presence.due:
        return decided(presence)
    update = {"left_at": presence.ends_at, "due": None, "minutes": _minutes(presence, presence.ends_at)}
    changed = presence.model_copy(update={**update, "forgotten": True})
    return decided(changed, event_from(PresenceForgotten, changed))


def erase(presence: Presence, stand_in: str) -> Decision[Presence]:
    """Forget who it was. The minutes stay."""
    changed = presence.model_copy(update={"person": stand_in})
    return decided(changed, event_from(PresenceErased, changed))


def _minutes(presence: Presence, until: datetime) -> int:
    return max(0, whole_minutes(until - max(presence.arrived_at, presence.starts_at)))
