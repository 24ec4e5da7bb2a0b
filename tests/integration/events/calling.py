"""Calls over HTTP as somebody, with their token, and a clock that is moved by hand."""

from datetime import datetime
from typing import Any

import httpx

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.principal import Principal
from tests.unit.events.given import END, HOME, START

BASE = "/api/events/v1"


class Hand:
    """A clock."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Api:
    """The gateway, as its callers reach it."""

    def __init__(self, transport: httpx.AsyncBaseTransport, issuer: DevelopmentIssuer) -> None:
        self._client = httpx.AsyncClient(transport=transport, base_url="http://events.test")
        self._issuer = issuer
        self._tokens: dict[Principal, str] = {}

    async def close(self) -> None:
        await self._client.aclose()

    async def get(
        self, by: Principal | None, path: str, headers: dict[str, str] | None = None, **query: Any
    ) -> httpx.Response:
        return await self._client.get(BASE + path, params=query or None, headers=self._headers(by, headers))

    async def post(
        self, by: Principal | None, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        return await self._client.post(BASE + path, json=body, headers=self._headers(by, headers))

    async def ok(self, by: Principal | None, path: str, body: Any = None) -> Any:
        """Post, and what came of it."""
        answer = await self.post(by, path, body)
        if answer.status_code not in (200, 201):
            raise AssertionError(f"{path}: {answer.status_code} {answer.text}")
        return answer.json()

    def _headers(self, by: Principal | None, more: dict[str, str] | None) -> dict[str, str]:
        headers = {"Accept-Language": "en", **(more or {})}
        if by is not None:
            token = self._tokens.setdefault(by, self._issuer.mint(by.sub, by.roles, by.communities, by.units))
            headers["Authorization"] = f"Bearer {token}"
        return headers


def an_activity(**changes: Any) -> dict[str, Any]:
    """A body that schedules the clinic of the unit tests."""
    return {
        "community": HOME,
        "title": "每月义诊",
        "kind": "clinic",
        "starts_at": START.isoformat(),
        "ends_at": END.isoformat(),
        "venue": "committee-hall",
        "capacity": 4,
        "volunteers_needed": 2,
        **changes,
    }
