"""The service on a clock that is moved by hand, and what relay, events and sweep do in a running one."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.chassis.room import Room
from services.chassis.store import journal
from services.chassis.store.journal import Journal
from services.chassis.store.mongo import Database
from services.chassis.subscriber.handlers import Handlers
from services.issues.settings import IssuesSettings
from tests.integration.calling import Hand
from tests.integration.issues.calling import Api
from tests.integration.issues.kept import Kept
from tests.unit.issues.world import HERE


@dataclass
class World:
    """A service whose clock is moved by hand."""

    api: Api
    store: Kept
    db: Database
    clock: Hand
    settings: IssuesSettings
    rooms: Sequence[Room]
    handlers: Handlers

    async def follow(self) -> None:
        """What relay, events and sweep do in a running service."""
        collection = self.store.cases.collection
        entries = [
            journal.document(case["_id"], "case", HERE, entry)
            async for case in collection.find({})
            for entry in case["outbox"]
        ]
        if entries:
            await Journal(self.db).append(entries)
        await self.store.projection.rebuild()
        await self.store.projection.catch_up()
