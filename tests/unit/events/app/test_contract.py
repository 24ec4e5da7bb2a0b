"""The published language of activities: nothing personal, and rules that masking leaves alone."""

import pytest

from services.contracts import activities
from services.contracts.event import Event, State
from services.contracts.masking import mask
from services.contracts.privacy import leaks
from services.contracts.topics import ACTIVITIES
from services.events.series.domain.recurrence import normalise

DECLARED = [
    model
    for model in vars(activities).values()
    if isinstance(model, type) and issubclass(model, Event | State) and getattr(model, "topic", None) is ACTIVITIES
]


def test_all_of_it_is_declared_here() -> None:
    assert len(DECLARED) >= 20


def test_no_field_can_carry_personal_data() -> None:
    assert leaks(DECLARED) == []


def test_every_public_state_is_whole_in_the_first_fact() -> None:
    assert activities.ActivityScheduled.public_fields == activities.ActivityState.public_fields
    assert activities.SeriesStarted.public_fields == activities.SeriesState.public_fields


@pytest.mark.parametrize(
    "rule", ["FREQ=MONTHLY;BYDAY=1SA;UNTIL=20281231", "FREQ=YEARLY;BYMONTHDAY=10,11,12,13,14,15,16,17,18,19,20,21"]
)
def test_masking_leaves_rules_alone(rule: str) -> None:
    assert mask(normalise(rule)) == rule
