"""The floor of the bench of yeses: a bare handler that makes one conditional update.

`python -m tests.bench.helping_floor PORT MONGODB_URL DATABASE`
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, HTTPException
from motor.motor_asyncio import AsyncIOMotorClient


def application(url: str, database: str) -> FastAPI:
    """An offer is accepted where it stands, by one update of one document."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.offers = AsyncIOMotorClient(url)[database]["offers"]
        yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/offers/{id}/accept")
    async def accept(id: str) -> dict[str, Any]:
        done = await app.state.offers.update_one({"_id": id, "status": "offered"}, {"$set": {"status": "accepted"}})
        if not done.modified_count:
            raise HTTPException(409)
        return {"id": id, "status": "accepted"}

    return app


if __name__ == "__main__":
    uvicorn.run(
        application(sys.argv[2], sys.argv[3]),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        access_log=False,
        log_level="warning",
    )
