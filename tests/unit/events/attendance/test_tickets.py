"""The code of a registrant is theirs, for some minutes, at one activity."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.events.activities.domain.activity import Activity
from services.events.attendance.domain.tickets import LIVES, TicketNotTaken, holder, reference, ticket
from services.events.registrations import domain as registrations
from tests.unit.events.given import NOW, START, activity, resident

SEED = "8f14e45fceea167a5a36dedd4bea2543"


def _with_two() -> Activity:
    made = activity().model_copy(update={"check_in_code": SEED})
    for n in (1, 2):
        made = registrations.register(made, f"resident-{n}", n, resident(n), NOW).aggregate
    return made


def test_a_code_is_its_partys_and_names_nobody() -> None:
    full = _with_two()
    texts = [ticket(full, party, START)[0] for party in full.seated]
    assert [holder(full, text, START).person for text in texts] == ["resident-1", "resident-2"]
    assert not any("resident" in text or SEED in text for text in texts)
    assert reference(full, "resident-2") in texts[1]


def test_it_is_good_for_some_minutes_and_while_its_party_has_a_seat() -> None:
    full = _with_two()
    text, until = ticket(full, full.seated[0], START)
    assert until == START + LIVES
    assert holder(full, text, until).heads == 1
    with pytest.raises(TicketNotTaken):
        holder(full, text, until + timedelta(seconds=1))
    without = registrations.withdraw(full, "resident-1", resident(1), NOW).aggregate
    with pytest.raises(TicketNotTaken):
        holder(without, text, START)


def test_no_other_activity_takes_it() -> None:
    full = _with_two()
    text, _ = ticket(full, full.seated[0], START)
    for other in (full.model_copy(update={"id": "activity-2"}), full.model_copy(update={"check_in_code": SEED[::-1]})):
        with pytest.raises(TicketNotTaken):
            holder(other, text, START)


@given(at=st.integers(0, 80), by=st.characters())
@settings(max_examples=60)
def test_whatever_is_altered_is_not_taken(at: int, by: str) -> None:
    full = _with_two()
    text, _ = ticket(full, full.seated[0], START)
    at %= len(text)
    altered = text[:at] + by + text[at + 1 :]
    if altered != text:
        with pytest.raises(TicketNotTaken):
            holder(full, altered, START)
