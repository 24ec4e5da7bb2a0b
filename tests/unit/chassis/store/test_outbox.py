"""What waits in an outbox when something is withheld: neither it nor what was said before leaves as it was."""

from typing import Any

import pytest

from services.chassis.relay.packing import published
from services.chassis.store.outbox import _hidden, covered
from services.contracts.activities import ActivityScheduled
from services.contracts.event import Event, events

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


def test_a_field_of_a_newer_version_is_published_by_the_relay_of_the_one_before() -> None:
    written = {"title": "义诊", "capacity": 4, "check_in_code": "1234", "seats_left": 2, "desk_note": "不公开"}
    entry = an_entry(1, hidden=["check_in_code", "desk_note"]) | {"data": written}
    told = {"title": "义诊", "capacity": 4, "seats_left": 2}
    assert published(entry, ActivityScheduled) == (ActivityScheduled.type, told)
    assert published(entry | {"veil": {"title": "内部使用"}}, ActivityScheduled) == (
        ActivityScheduled.type,
        told | {"title": "内部使用"},
    )


def test_an_entry_that_does_not_say_what_stays_inside_has_the_fields_that_the_relay_knows_as_public() -> None:
    entry = an_entry(1) | {"data": {"title": "义诊", "seats_left": 2}}
    assert published(entry, ActivityScheduled) == (ActivityScheduled.type, {"title": "义诊"})


@pytest.mark.parametrize("event", events().values(), ids=lambda event: event.type)
def test_every_event_says_which_of_its_fields_stay_inside(event: type[Event]) -> None:
    made = event.model_construct(**dict.fromkeys(event.model_fields))
    hidden = _hidden(made)
    assert hidden == (None if event.internal else sorted(event.internal_fields))
