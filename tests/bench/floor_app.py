"""The floors of the HTTP benchmarks: FastAPI and Motor, the same bodies validated, documents of the same size written.

`python -m tests.bench.floor_app PORT MONGODB_URL DATABASE BYTES`
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import bson
import uvicorn
from fastapi import FastAPI, HTTPException
from motor.motor_asyncio import AsyncIOMotorClient

from services.issues.cases.domain.handling import Reassign
from services.issues.cases.domain.reporting import Report


def application(url: str, database: str, size: int) -> FastAPI:
    """The bare handlers: one inserts, the other reads one document and writes it back under its version."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.cases = AsyncIOMotorClient(url)[database]["cases"]
        yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/cases", status_code=201)
    async def report(body: Report) -> dict[str, Any]:
        document = _padded({"v": 1, "body": body.model_dump(mode="json")}, size)
        inserted = await app.state.cases.insert_one(document)
        return {"id": str(inserted.inserted_id), "status": "reported"}

    @app.post("/cases/{id}/reassign")
    async def reassign(id: str, body: Reassign) -> dict[str, Any]:
        found = await app.state.cases.find_one({"_id": bson.ObjectId(id)})
        if found is None:
            raise HTTPException(404)
        found |= {"v": found["v"] + 1, "reassigned": body.model_dump(mode="json")}
        await app.state.cases.replace_one({"_id": found["_id"], "v": found["v"] - 1}, found)
        return {"id": id, "status": "dispatched", "unit": body.unit}

    return app


def _padded(document: dict[str, Any], size: int) -> dict[str, Any]:
    document["padding"] = ""
    document["padding"] = "x" * max(0, size - len(bson.encode(document)))
    return document


if __name__ == "__main__":
    uvicorn.run(
        application(sys.argv[2], sys.argv[3], int(sys.argv[4])),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        access_log=False,
        log_level="warning",
    )
