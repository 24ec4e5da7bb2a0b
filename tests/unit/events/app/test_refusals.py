"""The document of events names what the rules behind a route refuse."""

import pytest

from tests.unit.applications import document

BASE = "/api/events/v1"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/series/{id}/skip", "409", "series.too-many-changes"),
        ("/activities/{id}/registrations/{person}/change", "422", "activity.child-age"),
    ],
)
def test_a_refusal_of_a_rule_stands_at_its_route(path: str, status: str, code: str) -> None:
    assert f"`{code}`" in document("events")["paths"][BASE + path]["post"]["responses"][status]["description"]
