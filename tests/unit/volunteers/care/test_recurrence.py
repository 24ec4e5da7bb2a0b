"""A recurrence says which dates it means, or is refused."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from services.volunteers.care.domain.recurrence import Recurrence


@pytest.mark.parametrize(
    "fields",
    [
        {"every": "week"},
        {"every": "week", "weekdays": (2,), "nth": 1},
        {"every": "month"},
        {"every": "month", "weekdays": (2,)},
        {"every": "month", "weekdays": (2, 3), "day": 5},
        {"every": "month", "weekdays": (2,), "nth": 5},
        {"every": "month", "day": 29},
        {"every": "week", "weekdays": (8,)},
        {"every": "week", "weekdays": (1,), "at": "24:00"},
    ],
)
def test_a_recurrence_that_is_hollow_or_doubtful_is_refused(fields: Any) -> None:
    with pytest.raises(ValidationError):
        Recurrence(**{"at": "09:00", "since": date(2024, 1, 1), **fields})
