"""A broadcast goes on, is held and stopped by staff, and a batch that two senders told counts once."""

import pytest
from pydantic import ValidationError

from services.chassis.errors import NotYours
from services.notify.broadcasts.domain import (
    Announce,
    BroadcastOver,
    BroadcastStatus,
    announce,
    came_to,
    counted,
    finish,
    pause,
    resume,
    stop,
)
from tests.unit.notify.given import HERE, NOW, RESIDENT, STAFF

BODY = Announce(community=HERE, title="停水通知", text="周六上午停水。")
BEGUN = announce("broadcast-1", BODY, STAFF, NOW).aggregate


def test_staff_begin_hold_resume_and_stop() -> None:
    with pytest.raises(NotYours):
        announce("broadcast-1", BODY, RESIDENT, NOW)
    held = pause(BEGUN, STAFF).aggregate
    assert (held.status, pause(held, STAFF).events) == (BroadcastStatus.PAUSED, ())
    assert resume(held, STAFF).aggregate.status is BroadcastStatus.RUNNING
    over = stop(held, STAFF, NOW).aggregate
    assert (over.status, over.done_at, stop(over, STAFF, NOW).events) == (BroadcastStatus.STOPPED, NOW, ())
    for command in (pause, resume):
        with pytest.raises(BroadcastOver):
            command(over, STAFF)
        with pytest.raises(NotYours):
            command(BEGUN, RESIDENT)


def test_a_batch_counts_once_and_the_end_is_where_nobody_is_left() -> None:
    first = came_to(counted(BEGUN, 3).aggregate, "", "b", 2).aggregate
    assert (first.after, first.reached, first.total) == ("b", 2, 3)
    assert came_to(first, "", "b", 2).events == ()
    assert finish(first, "", NOW).events == ()
    done = finish(came_to(first, "b", "c", 1).aggregate, "c", NOW).aggregate
    assert (done.status, done.reached, done.total) == (BroadcastStatus.DONE, 3, 3)
    assert done.after == "", "no id of a person stays in what is over"
    assert came_to(done, "", "c", 1).events == ()
    assert finish(pause(first, STAFF).aggregate, "b", NOW).events == ()


def test_a_broadcast_says_which_building_it_means() -> None:
    for wrong in ({"whom": "building"}, {"whom": "everyone", "which": "place-9"}):
        with pytest.raises(ValidationError):
            Announce.model_validate({**BODY.model_dump(), **wrong})
