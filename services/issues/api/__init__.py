"""The HTTP gateway of issues, under /api/issues/v1."""

from fastapi import APIRouter

from services.issues.api import (
    cases,
    categories,
    exports,
    history,
    kpis,
    map,
    photos,
    places,
    roundplans,
    rounds,
    routing,
    routing_work,
    search,
    stickers,
    wishes,
)
from services.issues.store import Store


def routers(store: Store) -> list[APIRouter]:
    """All routes, on `store`."""
    return [
        module.router(store)
        for module in (
            places,
            categories,
            stickers,
            search,
            map,
            exports,
            kpis,
            history,
            cases,
            rounds,
            roundplans,
            wishes,
            photos,
            routing,
            routing_work,
        )
    ]
