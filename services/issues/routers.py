"""The HTTP gateway of issues, under /api/issues/v1."""

from fastapi import APIRouter

from services.issues.open311 import keys_api as open311_keys
from services.issues.open311 import router as open311
from services.issues.reading.api import exports, kpis, map, search, summaries
from services.issues.routing.api import models, policy
from services.issues.store import Store


def routers(store: Store) -> list[APIRouter]:
    """All routes, on `store`."""
    return [
        module.router(store)
        for module in (
            search,
            map,
            exports,
            kpis,
            summaries,
            policy,
            models,
            open311_keys,
            open311,
        )
    ]
