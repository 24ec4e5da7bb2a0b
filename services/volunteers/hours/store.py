"""The kind, indexes and queries of accounts, and the total of a community's hours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.chassis.store.aggregates import Aggregates, Kind
from services.chassis.store.mongo import IndexModel
from services.contracts.topics import VOLUNTEERS
from services.contracts.volunteers import AccountState
from services.volunteers.hours.domain.ledger import Account
from services.volunteers.shared.queries import found_by, listed_by

ACCOUNT = Kind(
    name="account",
    collection="accounts",
    model=Account,
    topic=VOLUNTEERS,
    state=AccountState,
    zh="志愿服务账户",
    en="account",
)
KINDS = (ACCOUNT,)

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    ACCOUNT.collection: [listed_by("community"), found_by("volunteer"), found_by("coins.other")],
}


@dataclass(frozen=True, slots=True)
class Totals:
    """The total of a community's hours. `people` is the number of accounts with at least one minute."""

    minutes: int
    people: int


async def totals(accounts: Aggregates[Account], community: str) -> Totals:
    """The total hours of a community, with those of erased people."""
    stages: list[dict[str, Any]] = [
        {"$match": {"state.community": community}},
        {"$project": {"minutes": {"$sum": "$state.entries.minutes"}}},
        {"$match": {"minutes": {"$gt": 0}}},
        {"$group": {"_id": None, "minutes": {"$sum": "$minutes"}, "people": {"$sum": 1}}},
    ]
    async for found in accounts.collection.aggregate(stages):
        return Totals(found["minutes"], found["people"])
    return Totals(0, 0)
