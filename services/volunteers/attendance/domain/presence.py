"""A presence: how long somebody was at a need, from arrival to departure, or to a forgotten check-out.

Time is counted from the arrival, but not from before the planned start, in whole minutes that are never rounded up. A
presence that ends after midnight counts for the day on which the service started. With a forgotten check-out the
presence counts to the planned end at most, and is flagged for the person who confirms the hours.
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
    PresenceHandedOver,
    PresenceLeft,
    PresenceState,
)
from services.volunteers.needs.domain.need import Need
from services.volunteers.shared.values import whole_minutes


class NotCheckedIn(
    Conflict, code="presence.not-checked-in", zh="尚未签到，不能签退。", en="They have not checked in yet."
):
    """Somebody checks out who has not checked in."""


class NotAtThisTime(
    Conflict, code="presence.not-at-this-time", zh="现在不在签到时段内。", en="It is not the time to check in."
):
    """Somebody checks in too long before the service, or after it is over."""


class How(StrEnum):
    """The way in which it is known that somebody was there: by the code shown there, or seen by somebody in office."""

    CODE = "code"
    SEEN = "seen"


class Presence(Aggregate):
    """The presence of a person at a need, at the time that the need had when they arrived.

    `arrival_seen_by` and `departure_seen_by` name the member of staff or grid worker who saw it; None where a code was
    given. `due` is the time from which a missing check-out counts as forgotten.
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

    @property
    def fell_away(self) -> bool:
        """Whether it ended because the seat was lost, or nobody was there: neither by a check-out nor forgotten."""
        return self.left_at is not None and self.departure is None and not self.forgotten

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
    """The id of the presence of `person` at `need`. It also derives from the need's time, so that a moved need has new
    presences."""
    return _id_of(need.id, person, need.starts_at)


def _id_of(need: str, person: str, starts_at: datetime) -> str:
    return derived_id("presence", need, person, starts_at.isoformat())


def arrive(
    need: Need, person: str, how: How, seen_by: str | None, now: datetime, grace: timedelta
) -> Decision[Presence]:
    """Begin a presence. A missing check-out counts as forgotten once `grace` has gone by since the planned end.

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
    """End the presence. A second check-out changes nothing; a check-out that counts as forgotten stays forgotten."""
    if presence.left_at is not None:
        return decided(presence)
    update = {"left_at": now, "departure": how, "departure_seen_by": seen_by, "due": None}
    changed = presence.model_copy(update={**update, "minutes": _minutes(presence, now)})
    return decided(changed, event_from(PresenceLeft, changed))


def fall_away(presence: Presence, now: datetime) -> Decision[Presence]:
    """End the presence because the person has no seat there any more, or was not there: it earns no minutes."""
    if presence.left_at is not None:
        return decided(presence)
    changed = presence.model_copy(update={"left_at": now, "due": None, "minutes": 0})
    return decided(changed, event_from(PresenceLeft, changed))


def arrive_again(
    presence: Presence, how: How, seen_by: str | None, now: datetime, grace: timedelta
) -> Decision[Presence]:
    """Begin a presence anew that had fallen away; another one is left as it is.

    Raises:
        NotAtThisTime: the service is over.
    """
    if not presence.fell_away:
        return decided(presence)
    if now >= presence.ends_at:
        raise NotAtThisTime()
    update = {"arrived_at": now, "arrival": how, "arrival_seen_by": seen_by, "left_at": None, "minutes": None}
    changed = presence.model_copy(update={**update, "due": presence.ends_at + grace})
    return decided(changed, event_from(PresenceArrived, changed))


def forget(presence: Presence, now: datetime) -> Decision[Presence]:
    """End the presence without a check-out: the time counts to the planned end, and is flagged."""
    if presence.left_at is not None or presence.due is None or now < presence.due:
        return decided(presence)
    update = {"left_at": presence.ends_at, "due": None, "minutes": _minutes(presence, presence.ends_at)}
    changed = presence.model_copy(update={**update, "forgotten": True})
    return decided(changed, event_from(PresenceForgotten, changed))


def go_on(presence: Presence, into: str) -> Decision[Presence]:
    """The presence as that of `into`, whose second record its person was: it began when theirs did."""
    theirs = _id_of(presence.need, into, presence.starts_at)
    made = presence.model_copy(update={"id": theirs, "person": into})
    return decided(made, event_from(PresenceArrived, made))


def hand_over(presence: Presence) -> Decision[Presence]:
    """The presence goes on under another record of the same person: here it ends as it began, and counts nothing."""
    if presence.left_at is not None:
        return decided(presence)
    changed = presence.model_copy(update={"left_at": presence.arrived_at, "due": None, "minutes": 0})
    return decided(changed, event_from(PresenceHandedOver, changed))


def left_as(presence: Presence, other: Presence) -> Decision[Presence]:
    """Whoever checked out as `other`, while that presence was handed over to this one, has left as this one too."""
    if presence.left_at is not None or other.departure is None:
        return decided(presence)
    out = {name: getattr(other, name) for name in ("left_at", "departure", "departure_seen_by", "minutes")}
    changed = presence.model_copy(update={**out, "due": None})
    return decided(changed, event_from(PresenceLeft, changed))


def erase(presence: Presence, stand_in: str) -> Decision[Presence]:
    """Replace the person by `stand_in`. The minutes stay."""
    changed = presence.model_copy(update={"person": stand_in})
    return decided(changed, event_from(PresenceErased, changed))


def _minutes(presence: Presence, until: datetime) -> int:
    return max(0, whole_minutes(until - max(presence.arrived_at, presence.starts_at)))
