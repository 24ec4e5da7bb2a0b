"""Declarations: marks, what goes where, and how readers read."""

from datetime import UTC, datetime

import pytest
from pydantic import BaseModel, ValidationError

from services.contracts.event import UnmarkedField, fold
from tests.contract.probes import Id, Masked, event, internal, public, state


class Inner(BaseModel):
    word: Masked | None = None
    count: int = 0


def test_a_field_without_a_mark_is_refused() -> None:
    with pytest.raises(UnmarkedField, match=r"ProbeSent\.count: mark it"):
        event({"count": (int, ...)})


def test_a_state_keeps_nothing_back() -> None:
    with pytest.raises(UnmarkedField, match="public fields only"):
        state({"note": (internal(str), ...)})


def test_only_what_was_set_travels_and_inner_values_travel_whole() -> None:
    shape = {"a": (public(int), 1), "b": (public(int), 2), "inner": (public(list[Inner]), ...)}
    sent = event(shape | {"by": (internal(Id), ...)})(b=3, inner=[Inner()], by="person-1")
    assert sent.public_data() == {"b": 3, "inner": [{"word": None, "count": 0}]}
    assert sent.data() == sent.public_data() | {"by": "person-1"}


def test_readers_read_without_what_was_kept_back() -> None:
    probe = event({"at": (public(datetime), ...), "by": (internal(Id), ...), "note": (internal(str | None), None)})
    read = probe.published().model_validate_json(b'{"at": "2026-11-23T08:00:00Z", "later": "added"}')
    assert isinstance(read, probe)
    assert read.public_data() == {"at": "2026-11-23T08:00:00Z"}
    assert read.model_dump()["by"] is None
    assert probe.published() is probe.published()
    with pytest.raises(ValidationError):
        probe(at=datetime(2026, 11, 23, tzinfo=UTC))


def test_readers_still_refuse_what_does_not_fit() -> None:
    probe = event({"count": (public(int), ...), "by": (internal(Id), ...)})
    with pytest.raises(ValidationError):
        probe.published().model_validate({"count": "many"})
    with pytest.raises(ValidationError):
        probe.published().model_validate({})


def test_a_type_is_declared_once() -> None:
    event({})
    with pytest.raises(TypeError, match="declared twice: ProbeSent and Other"):
        event({}, name="Other")


def test_folding_replaces_what_is_there_and_leaves_what_is_not() -> None:
    shown = state({"status": (public(int), ...), "unit": (public(Id | None), None)})
    assert fold({"status": 1, "unit": "u"}, shown, {"unit": None, "reason": "x"}) == {"status": 1, "unit": None}
