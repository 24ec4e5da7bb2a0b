"""The floor of the HTTP benchmark: FastAPI and Motor, the same body validated, one document of the same size inserted.

`python -m tests.bench.floor_app PORT MONGODB_URL DATABASE BYTES`
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import bson
import uvicorn
from fastapi import FastAPI
from motor.motor_asyncio import AsyncIOMotorClient

from services.issues.domain.reporting import Report


def application(url: str, database: str, size: int) -> FastAPI:
    """The bare handler."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.cases = AsyncIOMotorClient(url)[database]["cases"]
        yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/cases", status_code=201)
    async def report(body: Report) -> dict[str, Any]:
        document = {"body": body.model_dump(mode="json"), "padding": ""}
        document["padding"] = "x" * max(0, size - len(bson.encode(document)))
        inserted = await app.state.cases.insert_one(document)
        return {"id": str(inserted.inserted_id), "status": "reported"}

    return app


if __name__ == "__main__":
    uvicorn.run(
        application(sys.argv[2], sys.argv[3], int(sys.argv[4])),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        access_log=False,
        log_level="warning",
    )
