"""An end point is paused when it fails on end, waits longer each time, and is ended for good."""

from datetime import timedelta

import pytest

from services.chassis.errors import NotYours
from services.notify.channels.domain.endpoint import (
    PAUSED_AFTER,
    Endpoint,
    EndpointStatus,
    delivered,
    end,
    failed,
    pause_after,
    register,
    resume,
)
from services.notify.channels.sealing import NotOpened, Sealing
from services.notify.shared.values import Way
from tests.unit.notify.given import HERE, NOW, RESIDENT, STAFF

FRESH = Endpoint(
    id="endpoint-1",
    community=HERE,
    title="区平台",
    way=Way.WEBHOOK,
    kinds=frozenset({"case-verified"}),
    host="example.org",
    address="box",
    key="box",
    made_by="staff-1",
    made_at=NOW,
)


def test_staff_name_resume_and_end() -> None:
    assert register(FRESH, STAFF).events
    for command in (register, resume, end):
        with pytest.raises(NotYours):
            command(FRESH, RESIDENT)
    over = end(FRESH, STAFF).aggregate
    assert (over.status, over.address, over.key) == (EndpointStatus.ENDED, "", None)
    assert end(over, STAFF).events == failed(over, NOW).events == resume(FRESH, STAFF).events == ()


def test_failures_on_end_pause_it_and_a_success_between_starts_anew() -> None:
    endpoint = FRESH
    for _ in range(PAUSED_AFTER - 1):
        endpoint = failed(endpoint, NOW).aggregate
    assert endpoint.status is EndpointStatus.ACTIVE
    assert delivered(endpoint, NOW).aggregate.failures == 0
    assert delivered(FRESH, NOW).events == ()
    paused = failed(endpoint, NOW).aggregate
    assert paused.status is EndpointStatus.PAUSED
    assert resume(paused, STAFF).aggregate.failures == 0


def test_pauses_grow_with_some_chance_in_them() -> None:
    assert pause_after(1, 0.0) == timedelta(minutes=1)
    assert pause_after(2, 0.0) == timedelta(minutes=2)
    assert pause_after(1000, 0.0) == timedelta(hours=1)
    assert pause_after(1, 1.0) == timedelta(seconds=30)


def test_a_box_opens_for_what_it_belongs_to_with_its_key() -> None:
    sealing = Sealing(b"k" * 32)
    box = sealing.seal("https://example.org/hook", "endpoint-1")
    assert "example" not in box
    assert sealing.unseal(box, "endpoint-1") == "https://example.org/hook"
    for other, about in ((sealing, "endpoint-2"), (Sealing(b"x" * 32), "endpoint-1")):
        with pytest.raises(NotOpened):
            other.unseal(box, about)
