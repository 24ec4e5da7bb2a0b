"""A past that many cases have lived, for the tests that learn from it."""

from dataclasses import replace
from typing import Any

import pytest

from services.chassis.store.mongo import Database
from tests.integration.issues.calling import Api
from tests.integration.issues.routing.dispatching import Past, a_past


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker plays all tests with this past, because living it takes longer than any of them."""
    for item in items:
        if "past" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("a-past"))


class _Lived:
    """What a past left in the collections of the service, and how many pictures were made for it."""

    past: Past
    pictures: int
    left: dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="session")
def lived() -> _Lived:
    """Filled by the first test of this process that asks for a past."""
    return _Lived()


@pytest.fixture
async def past(api: Api, db: Database, lived: _Lived) -> Past:
    """Twelve handled cases of each kind, as `a_past` makes them, and nothing else in the database.

    They are lived over HTTP once for each process of pytest. Every later test finds all that was stored, laid down
    before its gateway reads anything.
    """
    if not hasattr(lived, "past"):
        past = await a_past(api)
        names = await db.list_collection_names(filter={"type": "collection"})
        found = {name: await db[name].find().to_list(None) for name in names if not name.startswith("system.")}
        lived.left = {name: documents for name, documents in found.items() if documents}
        lived.past, lived.pictures = past, api.pictures
    else:
        for name, documents in lived.left.items():
            await db[name].insert_many(documents)
        api.pictures = lived.pictures
    return replace(lived.past, cases=[*lived.past.cases])
