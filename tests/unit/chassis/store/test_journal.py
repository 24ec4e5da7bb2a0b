"""Which refusals of the store the journal may pass over: that an entry stands already, and no other."""

from typing import Any

import pytest
from pymongo.errors import BulkWriteError

from services.chassis.store.journal import Journal

DUPLICATE = {"index": 0, "code": 11000}


class _Refusing:
    def __init__(self, details: dict[str, Any]) -> None:
        self.details = details

    async def insert_many(self, _documents: object, **_: object) -> None:
        raise BulkWriteError(self.details)


async def append(**details: Any) -> None:
    journal = Journal({"journal": _Refusing(details)})  # type: ignore[arg-type]
    await journal.append([{"_id": {"a": "thing-1", "s": 1}}])


async def test_an_entry_that_stands_already_is_left() -> None:
    await append(writeErrors=[DUPLICATE], writeConcernErrors=[])


@pytest.mark.parametrize(
    "details",
    [
        {"writeErrors": [DUPLICATE, {"index": 1, "code": 121}]},
        {"writeErrors": [], "writeConcernErrors": [{"code": 64, "errmsg": "waiting for replication timed out"}]},
        {"writeErrors": [DUPLICATE], "writeConcernErrors": [{"code": 91}]},
    ],
    ids=["refused", "not on a majority", "repeated and not on a majority"],
)
async def test_an_entry_that_may_be_missing_after_a_failover_is_not_taken_for_written(details: dict[str, Any]) -> None:
    """The outbox would be cleared, and the journal would lack the event for good."""
    with pytest.raises(BulkWriteError):
        await append(**details)
