"""The floor of the bench of seats: a bare handler that validates the same body and makes one conditional update.

`python -m tests.bench.seats_floor PORT MONGODB_URL DATABASE`
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, HTTPException
from motor.motor_asyncio import AsyncIOMotorClient

from services.events.registrations.domain.requests import Register


def application(url: str, database: str) -> FastAPI:
    """A seat is taken where there is one, and given back: each by one update of one document."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.places = AsyncIOMotorClient(url)[database]["places"]
        yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/places/{id}/registrations")
    async def take(id: str, body: Register) -> dict[str, Any]:
        party = {"person": body.person, "heads": body.party}
        query = {"_id": id, "free": {"$gte": body.party}, "seated.person": {"$ne": body.person}}
        done = await app.state.places.update_one(query, {"$inc": {"free": -body.party}, "$push": {"seated": party}})
        if not done.modified_count:
            raise HTTPException(409)
        return {"activity": id, "person": body.person, "status": "registered"}

    @app.post("/places/{id}/registrations/{person}/withdraw")
    async def give_back(id: str, person: str) -> dict[str, Any]:
        query = {"_id": id, "seated.person": person}
        done = await app.state.places.update_one(query, {"$inc": {"free": 1}, "$pull": {"seated": {"person": person}}})
        if not done.modified_count:
            raise HTTPException(404)
        return {"activity": id, "person": person, "status": "none"}

    return app


if __name__ == "__main__":
    uvicorn.run(
        application(sys.argv[2], sys.argv[3]),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        access_log=False,
        log_level="warning",
    )
