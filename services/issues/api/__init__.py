"""The HTTP gateway of issues, under /api/issues/v1."""

from fastapi import APIRouter

from services.issues.api import cases, photos, places, rounds, wishes
from services.issues.store import Store


def routers(store: Store) -> list[APIRouter]:
    """All routes, on `store`."""
    return [module.router(store) for module in (places, cases, rounds, wishes, photos)]
