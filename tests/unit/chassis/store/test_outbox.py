"""What waits in an outbox when something is withheld: neither it nor what was said before leaves as it was."""

from typing import Any

from services.chassis.relay.packing import published
from services.chassis.store.outbox import covered
from services.contracts.activities import ActivityScheduled

VEIL = {"type": "veil", "data": {}}


def an_entry(seq: int, **more: Any) -> dict[str, Any]:
    return {"seq": seq, "type": "fact", "data": {"secret": seq}, **more}


def test_public_events_are_sent_unchanged() -> None:
    assert covered([an_entry(1), an_entry(2)]) == [an_entry(1), an_entry(2)]


def test_earlier_events_that_wait_are_told_in_the_form_of_the_later_one() -> None:
    waiting = [an_entry(1), an_entry(2), an_entry(3, told=VEIL), an_entry(4, told=None), an_entry(5)]
    assert [entry.get("told", "whole") for entry in covered(waiting)] == [VEIL, VEIL, VEIL, None, "whole"]


def test_where_nothing_is_told_afterwards_earlier_events_are_not_told_either() -> None:
    assert [entry["told"] for entry in covered([an_entry(1), an_entry(2, told=None)])] == [None, None]


def test_the_journal_keeps_the_event_as_it_happened() -> None:
    assert [entry["data"] for entry in covered([an_entry(1), an_entry(2, told=VEIL)])] == [{"secret": 1}, {"secret": 2}]


def test_what_waits_is_published_under_the_veil_of_what_withholds_a_part_and_stays_whole_in_the_journal() -> None:
    scheduled = {"seq": 1, "type": ActivityScheduled.type, "data": {"title": "义诊", "capacity": 4}}
    changed = {"seq": 2, "type": "changed", "told": {"type": "changed", "data": {}}, "veil": {"title": "内部使用"}}
    first, _ = covered([scheduled, changed])
    assert published(first, ActivityScheduled) == (ActivityScheduled.type, {"title": "内部使用", "capacity": 4})
    assert first["data"] == scheduled["data"]
