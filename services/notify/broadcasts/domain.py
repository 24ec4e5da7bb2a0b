"""A broadcast: its recipients, its message, and its progress.

The recipients are taken in the order of their ids, a batch at a time, and `after` moves behind a batch once it is told.
So after a process has died the last batch is told again. That tells nobody twice, because a notice's id derives from
broadcast and person.
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
    """The status of a broadcast."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"


class NobodyThere(
    Conflict,
    code="broadcast.nobody",
    zh="{which} 没有可通知的人：请核对楼栋、年龄段或队伍。",
    en="Nobody is known of {which}, so nobody would be told. Look whether the building, age band or team is right.",
):
    """The building, age band or team is misspelt, is of another community, or has nobody yet."""


class BroadcastOver(Conflict, code="broadcast.over", zh="群发已结束。", en="The broadcast is over."):
    """The broadcast has ended, so that it can't be paused, resumed or stopped."""


class Announce(Request):
    """A new broadcast to `whom` of a community; `which` names the building, age band or team. An emergency is sent at
    any hour."""

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
    """A broadcast. `after` is the id of the last person who was told, and empty once everybody is; `reached` counts
    people."""

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
    """Begin a broadcast, as staff."""
    by.require(body.community, Role.STAFF)
    return _changed(Broadcast(id=id, by=by.sub, at=now, **body.model_dump()), "begun", by.sub)


def pause(broadcast: Broadcast, by: Principal) -> Decision[Broadcast]:
    """Pause the broadcast, as staff. Pausing it again changes nothing."""
    return _to(broadcast, BroadcastStatus.PAUSED, by)


def resume(broadcast: Broadcast, by: Principal) -> Decision[Broadcast]:
    """Resume a paused broadcast, as staff."""
    return _to(broadcast, BroadcastStatus.RUNNING, by)


def stop(broadcast: Broadcast, by: Principal, now: datetime) -> Decision[Broadcast]:
    """Stop the broadcast, as staff. Messages that wait for a gateway are given up."""
    by.require(broadcast.community, Role.STAFF)
    if broadcast.status is BroadcastStatus.STOPPED:
        return decided(broadcast)
    over = broadcast.model_copy(update={"status": BroadcastStatus.STOPPED, "done_at": now})
    return _changed(over, "stopped", by.sub)


def counted(broadcast: Broadcast, total: int) -> Decision[Broadcast]:
    """Note that the broadcast has `total` recipients."""
    if broadcast.total == total:
        return decided(broadcast)
    return _changed(broadcast.model_copy(update={"total": total}), "counted", SYSTEM)


def came_to(broadcast: Broadcast, before: str, after: str, told: int) -> Decision[Broadcast]:
    """Note that the `told` people with ids after `before` and up to `after` have been told. A batch that two senders
    told is counted once."""
    if broadcast.after != before or broadcast.status is BroadcastStatus.DONE:
        return decided(broadcast)
    further = broadcast.model_copy(update={"after": after, "reached": broadcast.reached + told})
    return _changed(further, "progressed", SYSTEM)


def finish(broadcast: Broadcast, after: str, now: datetime) -> Decision[Broadcast]:
    """End the broadcast, because no recipient has an id beyond `after`."""
    if broadcast.status is not BroadcastStatus.RUNNING or broadcast.after != after:
        return decided(broadcast)
    ended = {"status": BroadcastStatus.DONE, "done_at": now, "total": broadcast.reached, "after": ""}
    return _changed(broadcast.model_copy(update=ended), "done", SYSTEM)


def _to(broadcast: Broadcast, status: BroadcastStatus, by: Principal) -> Decision[Broadcast]:
    by.require(broadcast.community, Role.STAFF)
    if broadcast.status is status:
        return decided(broadcast)
    if broadcast.status not in (BroadcastStatus.RUNNING, BroadcastStatus.PAUSED):
        raise BroadcastOver()
    return _changed(broadcast.model_copy(update={"status": status}), status.value, by.sub)


def _changed(broadcast: Broadcast, what: str, by: str) -> Decision[Broadcast]:
    return decided(broadcast, BroadcastChanged(what=what, told=broadcast.reached, by=by))
