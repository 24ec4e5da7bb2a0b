"""Requests to publish the state of aggregates again.

Asked by a relay that finds it has published after its lease ran out (its `.state` may be older than the last one), and
by an operator after a `.state` topic was lost or a state model has grown. The relay's leader answers.
"""

from collections.abc import Iterable

from services.chassis.mongo import Database, DeleteOne, UpdateOne


class Restates:
    """The requests of one service."""

    def __init__(self, database: Database) -> None:
        self._requests = database["restates"]

    async def ask(self, kind: str, aggregates: Iterable[str]) -> None:
        """Ask for the states of `aggregates`; asking twice is asking once."""
        requests = [
            UpdateOne({"_id": {"k": kind, "a": id}}, {"$setOnInsert": {"asked": True}}, upsert=True)
            for id in aggregates
        ]
        if requests:
            await self._requests.bulk_write(requests, ordered=False)

    async def asked(self, kind: str, limit: int) -> list[str]:
        """Up to `limit` aggregates of a kind whose state is asked for."""
        span = {"$gte": {"k": kind, "a": ""}, "$lt": {"k": kind, "a": "\U0010ffff"}}
        found = await self._requests.find({"_id": span}).limit(limit).to_list(limit)
        return [request["_id"]["a"] for request in found]

    async def answered(self, kind: str, aggregates: Iterable[str]) -> None:
        """Their states are published."""
        done = [DeleteOne({"_id": {"k": kind, "a": id}}) for id in aggregates]
        if done:
            await self._requests.bulk_write(done, ordered=False)
