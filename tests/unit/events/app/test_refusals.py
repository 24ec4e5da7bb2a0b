"""The document of events names what the rules behind a route refuse."""

from pathlib import Path

import pytest

from tests.described import whole
from tests.unit.test_plain_texts import application

BASE = "/api/events/v1"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/series/{id}/skip", "409", "series.too-many-changes"),
        ("/activities/{id}/registrations/{person}/change", "422", "activity.child-age"),
    ],
)
def test_a_refusal_of_a_rule_stands_at_its_route(path: str, status: str, code: str, tmp_path: Path) -> None:
    document = whole(application("events", tmp_path)[0].openapi())
    assert f"`{code}`" in document["paths"][BASE + path]["post"]["responses"][status]["description"]
