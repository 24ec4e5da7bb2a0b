"""The queries that several rooms make in the same way, and the indexes that answer them."""

from typing import Any

from services.chassis.store.aggregates import newest_first
from services.chassis.store.mongo import ASCENDING, IndexModel


def matching(community: str, **fields: Any) -> dict[str, Any]:
    """The query for aggregates of `community` whose fields have the values given; None stands for any value."""
    given = {f"state.{name}": value for name, value in fields.items() if value is not None}
    return {"state.community": community, **given}


def listed_by(*fields: str) -> IndexModel:
    """The index for lists, the newest first, of aggregates that have the same `fields`."""
    return IndexModel(newest_first(*(f"state.{field}" for field in fields)))


def found_by(*fields: str, **options: Any) -> IndexModel:
    """The index for aggregates that are looked for by `fields`, in any order."""
    return IndexModel([(f"state.{field}", ASCENDING) for field in fields], **options)
