"""End points: where messages of a community go beside its people, a webhook of another system or a robot of a group.

One that fails again and again is paused, and shows it to its owner. It is tried with growing pauses; what waits for it
meanwhile expires, so that nobody is flooded on coming back.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis.aggregate import Aggregate, Decision, decided
from services.chassis.principal import SYSTEM, Principal, Role
from services.contracts.marks import Office, Officer, Thing
from services.contracts.notices import EndpointChanged
from services.notify.routing.domain.kinds import KindName
from services.notify.shared.values import Way

PAUSED_AFTER = 10
WAITS: timedelta = timedelta(hours=24)
"""A message for an end point is worth sending for so long."""
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=1)


class EndpointStatus(StrEnum):
    """Whether messages are sent to an end point."""

    ACTIVE = "active"
    PAUSED = "paused"
    """It failed again and again; staff let it go on."""
    ENDED = "ended"


class Endpoint(Aggregate):
    """An end point. `address` and `key` are sealed: nobody reads them out of the store, or out of an answer."""

    title: Office[str]
    way: Way
    kinds: Thing[frozenset[KindName]]
    host: Thing[str]
    address: Thing[str]
    key: Thing[str | None] = None
    made_by: Officer[str]
    made_at: datetime
    status: EndpointStatus = EndpointStatus.ACTIVE
    failures: int = 0
    failed_at: datetime | None = None
    delivered_at: datetime | None = None


def register(endpoint: Endpoint, by: Principal) -> Decision[Endpoint]:
    """Staff of a community name an end point."""
    by.require(endpoint.community, Role.STAFF)
    return _changed(endpoint, "registered", by.sub)


def resume(endpoint: Endpoint, by: Principal) -> Decision[Endpoint]:
    """Staff let a paused end point go on. One that is active stays so."""
    by.require(endpoint.community, Role.STAFF)
    if endpoint.status is not EndpointStatus.PAUSED:
        return decided(endpoint)
    again = endpoint.model_copy(update={"status": EndpointStatus.ACTIVE, "failures": 0})
    return _changed(again, "resumed", by.sub)


def end(endpoint: Endpoint, by: Principal) -> Decision[Endpoint]:
    """Staff end it; its address and key are forgotten. Again, it changes nothing."""
    by.require(endpoint.community, Role.STAFF)
    if endpoint.status is EndpointStatus.ENDED:
        return decided(endpoint)
    over = endpoint.model_copy(update={"status": EndpointStatus.ENDED, "address": "", "key": None})
    return _changed(over, "ended", by.sub)


def failed(endpoint: Endpoint, now: datetime) -> Decision[Endpoint]:
    """It did not take a message; too often, and it is paused."""
    if endpoint.status is not EndpointStatus.ACTIVE:
        return decided(endpoint)
    failures = endpoint.failures + 1
    paused = failures >= PAUSED_AFTER
    status = EndpointStatus.PAUSED if paused else endpoint.status
    worse = endpoint.model_copy(update={"failures": failures, "failed_at": now, "status": status})
    return _changed(worse, "paused" if paused else "failed", SYSTEM)


def delivered(endpoint: Endpoint, now: datetime) -> Decision[Endpoint]:
    """It took a message after it had failed; while all is well nothing is written."""
    if endpoint.failures == 0:
        return decided(endpoint)
    well = endpoint.model_copy(update={"failures": 0, "delivered_at": now})
    return _changed(well, "recovered", SYSTEM)


def pause_after(failures: int, chance: float) -> timedelta:
    """How long to wait after so many failures: twice as long each time up to an hour, less by up to half of it."""
    longest: timedelta = min(_FIRST_PAUSE * (1 << min(failures, 12)), _LONGEST_PAUSE)
    return longest * (1 - chance / 2)


def _changed(endpoint: Endpoint, what: str, by: str) -> Decision[Endpoint]:
    return decided(endpoint, EndpointChanged(what=what, by=by))
