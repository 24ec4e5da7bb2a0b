"""Carries questions to different collections of one database together: what is asked at the same time is one call.

A call to the store costs a process more than what is asked, and who takes an event has several things to know that do
not depend on each other. Questions that come within a few turns of the event loop leave together, as one aggregation
whose parts are `$unionWith`; each is planned by itself and uses its own index. Every answer was read after its question
was asked, and nobody fails because of another's question.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from services.chassis.store.batcher import Batcher
from services.chassis.store.mongo import Database, Document, OperationFailure, is_passing

R = TypeVar("R")

_TURNS = 8
"""So many turns of the event loop a question waits for others: those of one event are asked at different depths of
calls."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of `collection`: the documents that match `query`, with the fields of `projection` (None: all), in
    the order of `sort`, `limit` at most (0: all)."""

    collection: str
    query: Document
    projection: Document | None = None
    sort: Sequence[tuple[str, int]] = ()
    limit: int = 0

    def stages(self) -> list[Document]:
        """The question as stages of an aggregation."""
        stages: list[Document] = [{"$match": self.query}]
        if self.sort:
            stages.append({"$sort": dict(self.sort)})
        if self.limit:
            stages.append({"$limit": self.limit})
        if self.projection is not None:
            stages.append({"$project": self.projection})
        return stages


class Questions:
    """Asks the collections of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ask: Batcher[Question, list[Document]] = Batcher(self._answers, side_by_side=2, turns=_TURNS)

    async def __call__(self, question: Question) -> list[Document]:
        """The documents that `question` asks for, read after this call began.

        Raises:
            PyMongoError: the store does not answer, or refuses the question.
        """
        return await self._ask(question)

    async def _answers(self, asked: Sequence[Question]) -> Sequence[list[Document] | Exception]:
        if len(asked) == 1:
            return [await self._alone(asked[0])]
        try:
            return await self._together(asked)
        except OperationFailure as error:
            if is_passing(error):
                raise
            return await asyncio.gather(*(self._alone(each) for each in asked), return_exceptions=True)  # type: ignore[return-value]  # what is no Exception is raised by the loop itself

    async def _alone(self, question: Question) -> list[Document]:
        return await self._database[question.collection].aggregate(question.stages()).to_list(None)

    async def _together(self, asked: Sequence[Question]) -> list[list[Document]]:
        first, *others = (
            (each.collection, [*each.stages(), {"$replaceWith": {"of": {"$literal": n}, "found": "$$ROOT"}}])
            for n, each in enumerate(asked)
        )
        with_others = [{"$unionWith": {"coll": name, "pipeline": stages}} for name, stages in others]
        answers: list[list[Document]] = [[] for _ in asked]
        async for each in self._database[first[0]].aggregate([*first[1], *with_others]):
            answers[each["of"]].append(each["found"])
        return answers


class Lookups(Generic[R]):
    """Reads of documents of one collection by `_id`, which travel with other questions. `parse` is what a caller gets
    of a document."""

    def __init__(
        self, questions: Questions, collection: str, projection: Document | None, parse: Callable[[Document], R]
    ) -> None:
        self._questions = questions
        self._collection = collection
        self._projection = projection
        self._parse = parse
        self._ask: Batcher[frozenset[str], dict[str, Document]] = Batcher(self._each, side_by_side=2)

    async def __call__(self, ids: Iterable[str]) -> dict[str, R]:
        """The documents of `ids` that exist, by id, read after this call began."""
        wanted = frozenset(ids)
        if not wanted:
            return {}
        found = await self._ask(wanted)
        return {id: self._parse(found[id]) for id in wanted if id in found}

    async def _each(self, asked: Sequence[frozenset[str]]) -> Sequence[dict[str, Document]]:
        ids = sorted(frozenset().union(*asked))
        query = {"_id": ids[0] if len(ids) == 1 else {"$in": ids}}
        documents = await self._questions(Question(self._collection, query, self._projection))
        by_id = {document["_id"]: document for document in documents}
        return [by_id] * len(asked)
