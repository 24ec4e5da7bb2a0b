"""A broadcast: whom it is for, what it says, and how far it has come.

Its people are taken in the order of their ids, a batch at a time; each batch is told before the mark is moved behind
it. So after a death the last batch is told again, which tells nobody twice: a notice's id derives from the broadcast.
"""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field, model_validator

from services.chassis.aggregate import Aggregate, Decision, decided
from services.chassis.errors import Conflict
from services.chassis.principal import SYSTEM, Principal, Role
from services.chassis.values import Line, Request, Text
from services.contracts.marks import Id, Office, Officer, Thing
from services.contracts.notices import BroadcastChanged

Whom = Literal["everyone", "building", "age-band", "team"]
Sort = Literal["emergency", "service", "social", "digest"]


class BroadcastStatus(StrEnum):
    """Where a broadcast stands."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"


class BroadcastOver(Conflict, code="broadcast.over", zh="群发已结束。", en="The broadcast is over."):
    """What is over goes on no more."""


class Announce(Request):
    """A broadcast to `whom` of a community; `which` building, age band or team. An emergency comes at any hour."""

    community: Id
    whom: Whom = "everyone"
    which: Id | None = None
    sort: Sort = "social"
    title: Line
    title_en: Line | None = None
    text: Text
    text_en: Text | None = None
    hours: float = Field(default=72, gt=0, le=24 * 30)

    @model_validator(mode="after")
    def _which_one(self) -> "Announce":
        if (self.whom == "everyone") is not (self.which is None):
            raise ValueError("say which one, unless it is everyone")
        return self


class Broadcast(Aggregate):
    """A broadcast. `after` is the id of the last person who was told; `reached` counts people."""

    whom: Whom
    which: Thing[str | None] = None
    sort: Sort
    title: Office[str]
    title_en: Office[str | None] = None
    text: Office[str]
    text_en: Office[str | None] = None
    hours: float
    status: BroadcastStatus = BroadcastStatus.RUNNING
    by: Officer[str]
    at: datetime
    after: Thing[str] = ""
    reached: int = 0
    total: int | None = None
    done_at: datetime | None = None


def announce(id: str, body: Announce, by: Principal, now: datetime) -> Decision[Broadcast]:
    """Staff begin a broadcast."""
    by.require(body.community, Role.STAFF)
    return _changed(Broadcast(id=id, by=by.sub, at=now, **body.model_dump()), "begun", by.sub)


def pause(broadcast: Broadcast, by: Principal) -> Decision[Broadcast]:
    """Staff hold it; who was told stays told. Again, it changes nothing."""
    return _to(broadcast, BroadcastStatus.PAUSED, by)


def resume(broadcast: Broadcast, by: Principal) -> Decision[Broadcast]:
    """Staff let it go on where it was held."""
    return _to(broadcast, BroadcastStatus.RUNNING, by)


def stop(broadcast: Broadcast, by: Principal, now: datetime) -> Decision[Broadcast]:
    """Staff end it; what still waits for a gateway is given up."""
    by.require(broadcast.community, Role.STAFF)
    if broadcast.status is BroadcastStatus.STOPPED:
        return decided(broadcast)
    over = broadcast.model_copy(update={"status": BroadcastStatus.STOPPED, "done_at": now})
    return _changed(over, "stopped", by.sub)


def counted(broadcast: Broadcast, total: int) -> Decision[Broadcast]:
    """It is for so many people."""
    if broadcast.total == total:
        return decided(broadcast)
    return _changed(broadcast.model_copy(update={"total": total}), "counted", SYSTEM)


def came_to(broadcast: Broadcast, before: str, after: str, told: int) -> Decision[Broadcast]:
    """The people behind `before` up to `after` have been told. Two senders that told the same batch count it once."""
    if broadcast.after != before:
        return decided(broadcast)
    further = broadcast.model_copy(update={"after": after, "reached": broadcast.reached + told})
    return _changed(further, "progressed", SYSTEM)


def finish(broadcast: Broadcast, after: str, now: datetime) -> Decision[Broadcast]:
    """There is nobody behind `after`."""
    if broadcast.status is not BroadcastStatus.RUNNING or broadcast.after != after:
        return decided(broadcast)
    done = broadcast.model_copy(update={"status": BroadcastStatus.DONE, "done_at": now, "total": broadcast.reached})
    return _changed(done, "done", SYSTEM)


def _to(broadcast: Broadcast, status: BroadcastStatus, by: Principal) -> Decision[Broadcast]:
    by.require(broadcast.community, Role.STAFF)
    if broadcast.status is status:
        return decided(broadcast)
    if broadcast.status not in (BroadcastStatus.RUNNING, BroadcastStatus.PAUSED):
        raise BroadcastOver()
    return _changed(broadcast.model_copy(update={"status": status}), status.value, by.sub)


def _changed(broadcast: Broadcast, what: str, by: str) -> Decision[Broadcast]:
    return decided(broadcast, BroadcastChanged(what=what, told=broadcast.reached, by=by))
