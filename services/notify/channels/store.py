"""The kind, indexes and queries of end points."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from services.chassis.store.aggregates import Kind, newest_first
from services.chassis.store.batcher import Batcher
from services.chassis.store.mongo import ASCENDING, DESCENDING, IndexModel
from services.chassis.store.questions import Question, Questions
from services.chassis.store.stored import stored_in
from services.contracts.topics import NOTICES
from services.notify.channels import pacing
from services.notify.channels.domain.endpoint import Endpoint, EndpointStatus

ENDPOINT = Kind("notice-endpoint", "notice_endpoints", Endpoint, NOTICES, None, zh="推送端点", en="end point")
KINDS: tuple[Kind[Any], ...] = (ENDPOINT,)
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    **pacing.INDEXES,
    ENDPOINT.collection: [
        IndexModel(list(newest_first("state.community")), name="community"),
        IndexModel([("state.community", ASCENDING), ("state.kinds", ASCENDING)], name="kinds"),
    ],
}
_MOST = 200


class Wanting:
    """Asks for the end points that want messages. Who asks the same at the same time gets the same answer."""

    def __init__(self, questions: Questions) -> None:
        self._questions = questions
        self._ask: Batcher[tuple[str, str], Sequence[Endpoint]] = Batcher(self._each, side_by_side=2)

    async def __call__(self, community: str, kind: str) -> Sequence[Endpoint]:
        """The active end points of `community` that get messages of `kind`, read after this call began."""
        return await self._ask((community, kind))

    async def _each(self, asked: Sequence[tuple[str, str]]) -> Sequence[Sequence[Endpoint]]:
        once = list(dict.fromkeys(asked))
        found = dict(zip(once, await asyncio.gather(*(self._of(*each) for each in once)), strict=True))
        return [found[each] for each in asked]

    async def _of(self, community: str, kind: str) -> Sequence[Endpoint]:
        query = {"state.community": community, "state.kinds": kind, "state.status": EndpointStatus.ACTIVE}
        newest = [("at", DESCENDING), ("_id", DESCENDING)]
        found = await self._questions(Question(ENDPOINT.collection, query, {"state": 1, "v": 1}, newest, _MOST))
        return tuple(stored_in(Endpoint, each).aggregate for each in found)
