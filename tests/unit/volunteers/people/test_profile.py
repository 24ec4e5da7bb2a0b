"""A profile that makes no sense is refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from services.volunteers.people.domain.profile import Window


@pytest.mark.parametrize(
    "fields", [{"weekday": 0}, {"weekday": 8}, {"start": "12:00"}, {"start": "9:00"}, {"end": "24:01"}]
)
def test_a_window_is_a_stretch_of_a_weekday(fields: Any) -> None:
    with pytest.raises(ValidationError):
        Window(**{"weekday": 1, "start": "09:00", "end": "12:00", **fields})
