"""The HTTP gateway of issues, under /api/issues/v1."""

from fastapi import APIRouter

from services.issues.api import (
    attachments,
    cases,
    categories,
    contact_keys,
    duplicates,
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
    timing,
    wishes,
)
from services.issues.open311 import keys_api as open311_keys
from services.issues.open311 import router as open311
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
            duplicates,
            cases,
            timing,
            rounds,
            roundplans,
            wishes,
            photos,
            attachments,
            contact_keys,
            routing,
            routing_work,
            open311_keys,
            open311,
        )
    ]
