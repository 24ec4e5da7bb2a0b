"""Stores the numbers of trained models, as JSON in GridFS and never as code, and the cases that each has learnt from.

What is guaranteed: the list of cases is written before the numbers, so that erasing a case finds every model that has
learnt from it. Numbers are read once in a process and cached for the models that are in use.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence

import orjson

from services.chassis.cache import Cache
from services.chassis.store.mongo import ASCENDING, Bucket, Database, IndexModel
from services.contracts.issues.routing import Target
from services.issues.routing.domain.classifier import Model, as_numbers, of_numbers

BUCKET = "routing_numbers"
LEARNT = "routing_learnt"
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    LEARNT: [IndexModel([("cases", ASCENDING)])],
    f"{BUCKET}.files": [IndexModel([("filename", ASCENDING)])],
}
_IN_MEMORY = 8
_AT_ONCE = 500

Parts = Mapping[Target, Model]


class Weights:
    """The numbers of this service's models."""

    def __init__(self, database: Database) -> None:
        self._bucket = Bucket(database, bucket_name=BUCKET)
        self._files, self._chunks = database[f"{BUCKET}.files"], database[f"{BUCKET}.chunks"]
        self._learnt = database[LEARNT]
        self._known = Cache[str, Parts](_IN_MEMORY)

    async def keep(self, model: str, parts: Parts, cases: Sequence[str]) -> None:
        """Store the numbers of `model`, which has learnt from `cases`, in place of earlier ones."""
        await self._learnt.replace_one({"_id": model}, {"_id": model, "cases": list(cases)}, upsert=True)
        await self._drop(model)
        data = await asyncio.to_thread(_written, parts)
        await self._bucket.upload_from_stream(model, data)

    async def of(self, model: str) -> Parts | None:
        """The numbers of `model`; None where they were destroyed."""
        known = self._known.get(model)
        if known is None:
            file = await self._files.find_one({"filename": model}, {"_id": 1})
            if file is None:
                return None
            stream = await self._bucket.open_download_stream(file["_id"])
            known = self._known.put(model, await asyncio.to_thread(_read, bytes(await stream.read())))
        return known

    async def learnt_from(self, cases: Collection[str]) -> list[str]:
        """The models that have learnt from one of `cases`."""
        wanted, found = sorted(cases), set()
        for start in range(0, len(wanted), _AT_ONCE):
            query = {"cases": {"$in": wanted[start : start + _AT_ONCE]}}
            found |= {document["_id"] async for document in self._learnt.find(query, {"_id": 1})}
        return sorted(found)

    async def cases_of(self, model: str) -> frozenset[str]:
        """The cases that `model` has learnt from."""
        document = await self._learnt.find_one({"_id": model})
        return frozenset() if document is None else frozenset(document["cases"])

    async def destroy(self, model: str) -> None:
        """Delete the numbers of `model`."""
        self._known.drop(model)
        await self._drop(model)

    async def forget_list(self, model: str) -> None:
        """Delete the list of cases of `model`. This is the last step of forgetting: until then `learnt_from` finds a
        model whose forgetting was interrupted."""
        await self._learnt.delete_one({"_id": model})

    async def _drop(self, model: str) -> None:
        async for file in self._files.find({"filename": model}, {"_id": 1}):
            await self._chunks.delete_many({"files_id": file["_id"]})
            await self._files.delete_one({"_id": file["_id"]})


def _written(parts: Parts) -> bytes:
    return orjson.dumps({target.value: as_numbers(model) for target, model in parts.items()})


def _read(data: bytes) -> Parts:
    return {Target(target): of_numbers(numbers) for target, numbers in orjson.loads(data).items()}
