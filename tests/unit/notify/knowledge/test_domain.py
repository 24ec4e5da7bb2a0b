"""The fields that notify knows have names that facts tell, and no others."""

import pytest
from pydantic import ValidationError

from services.contracts import activities as a
from services.contracts import issues as i
from services.contracts import volunteers as v
from services.contracts.event import Event
from services.notify.knowledge.domain import ActivityKnown, CaseKnown, Known, NeedKnown, WishKnown


@pytest.mark.parametrize(
    ("known", "told_by"),
    [
        (CaseKnown, i.CaseReported),
        (WishKnown, i.WishProposed),
        (ActivityKnown, a.ActivityScheduled),
        (NeedKnown, v.NeedOpened),
    ],
)
def test_everything_known_is_told_by_the_first_fact(known: type[Known], told_by: type[Event]) -> None:
    assert known.names() <= told_by.public_fields


def test_a_field_with_another_name_is_refused() -> None:
    with pytest.raises(ValidationError):
        CaseKnown(titel="灯坏了")  # type: ignore[call-arg]  # as the type checker says
    with pytest.raises(TypeError):
        CaseKnown().model_copy(update={"titel": "灯坏了"})  # tests are read as they are


def test_fields_that_a_later_release_keeps_are_passed_over() -> None:
    assert CaseKnown.of({"title": "灯坏了", "later": 7}) == CaseKnown(title="灯坏了")
