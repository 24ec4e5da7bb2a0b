"""End points: recipients of a community's messages that are no people: a webhook of another system, or the robot of a
group.

Attempts at a failing end point have growing pauses, and after many failures it is paused, which its owner can see.
Messages that wait meanwhile expire, so that nobody is flooded when it works again.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis.aggregate import Aggregate, Decision, decided
from services.chassis.errors import Conflict
from services.chassis.principal import SYSTEM, Principal, Role
from services.contracts.marks import Office, Officer, Thing
from services.contracts.notices import EndpointChanged
from services.notify.routing.domain.kinds import KindName
from services.notify.shared.values import Way

PAUSED_AFTER = 10
WAITS: timedelta = timedelta(hours=24)
"""The time for which a message for an end point is worth sending."""
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=1)


class EndpointStatus(StrEnum):
    """Whether messages are sent to an end point."""

    ACTIVE = "active"
    PAUSED = "paused"
    """The end point failed many times in a row, and gets nothing until staff resume it."""
    ENDED = "ended"


class Endpoint(Aggregate):
    """An end point. `address` and `key` are sealed, so that nobody can read them in the store or in an answer."""

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


class EndpointEnded(
    Conflict,
    code="endpoint.ended",
    zh="该推送地址已停用，地址与密钥已删除，请重新登记。",
    en="The end point has ended, and its address and key are gone. Enter it anew.",
):
    """What has ended can't go on."""


def register(endpoint: Endpoint, by: Principal) -> Decision[Endpoint]:
    """Enter an end point, as staff of its community."""
    by.require(endpoint.community, Role.STAFF)
    return _changed(endpoint, "registered", by.sub)


def resume(endpoint: Endpoint, by: Principal) -> Decision[Endpoint]:
    """Resume a paused end point, as staff. An active one stays as it is.

    Raises:
        EndpointEnded: it has ended, and its address is gone.
    """
    by.require(endpoint.community, Role.STAFF)
    if endpoint.status is EndpointStatus.ENDED:
        raise EndpointEnded()
    if endpoint.status is not EndpointStatus.PAUSED:
        return decided(endpoint)
    again = endpoint.model_copy(update={"status": EndpointStatus.ACTIVE, "failures": 0})
    return _changed(again, "resumed", by.sub)


def end(endpoint: Endpoint, by: Principal) -> Decision[Endpoint]:
    """End the end point, as staff, and remove its address and key. Ending it again changes nothing."""
    by.require(endpoint.community, Role.STAFF)
    if endpoint.status is EndpointStatus.ENDED:
        return decided(endpoint)
    over = endpoint.model_copy(update={"status": EndpointStatus.ENDED, "address": "", "key": None})
    return _changed(over, "ended", by.sub)


def failed(endpoint: Endpoint, now: datetime) -> Decision[Endpoint]:
    """Note that the end point did not take a message. After too many failures in a row it is paused."""
    if endpoint.status is not EndpointStatus.ACTIVE:
        return decided(endpoint)
    failures = endpoint.failures + 1
    paused = failures >= PAUSED_AFTER
    status = EndpointStatus.PAUSED if paused else endpoint.status
    worse = endpoint.model_copy(update={"failures": failures, "failed_at": now, "status": status})
    return _changed(worse, "paused" if paused else "failed", SYSTEM)


def delivered(endpoint: Endpoint, now: datetime) -> Decision[Endpoint]:
    """Note that the end point took a message after failures. Without failures before, nothing changes."""
    if endpoint.failures == 0:
        return decided(endpoint)
    well = endpoint.model_copy(update={"failures": 0, "delivered_at": now})
    return _changed(well, "recovered", SYSTEM)


def pause_after(failures: int, chance: float) -> timedelta:
    """The wait after so many `failures`: it doubles each time up to an hour, and is shortened by up to half by `chance`
    (0 to 1)."""
    longest: timedelta = min(_FIRST_PAUSE * (1 << min(failures, 12)), _LONGEST_PAUSE)
    return longest * (1 - chance / 2)


def _changed(endpoint: Endpoint, what: str, by: str) -> Decision[Endpoint]:
    return decided(endpoint, EndpointChanged(what=what, by=by))
