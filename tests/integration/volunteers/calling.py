"""Calls over HTTP as somebody, with their token, and a clock that is moved by hand."""

from datetime import datetime, timedelta
from typing import Any

import httpx

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.principal import Principal
from tests.unit.volunteers.world import DAY, HERE, HOUR, NOW

BASE = "/api/volunteers/v1"


class Hand:
    """A clock."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def wait(self, length: timedelta) -> None:
        self.now += length


class Api:
    """The gateway, as its callers reach it."""

    def __init__(self, transport: httpx.AsyncBaseTransport, issuer: DevelopmentIssuer) -> None:
        self._client = httpx.AsyncClient(transport=transport, base_url="http://volunteers.test")
        self._issuer = issuer
        self._tokens: dict[Principal, str] = {}

    async def close(self) -> None:
        await self._client.aclose()

    async def get(self, by: Principal | None, path: str, **query: Any) -> httpx.Response:
        return await self._client.get(BASE + path, params=query or None, headers=self._headers(by, None))

    async def post(
        self, by: Principal | None, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        return await self._client.post(BASE + path, json=body, headers=self._headers(by, headers))

    async def patch(self, by: Principal, path: str, body: Any) -> httpx.Response:
        return await self._client.patch(BASE + path, json=body, headers=self._headers(by, None))

    async def ok(self, by: Principal, path: str, body: Any = None) -> Any:
        """Post, and what came of it."""
        return _fine(path, await self.post(by, path, body))

    async def read(self, by: Principal, path: str, **query: Any) -> Any:
        """Get, and what was there."""
        return _fine(path, await self.get(by, path, **query))

    async def refused(self, by: Principal | None, path: str, body: Any = None) -> tuple[int, str]:
        """Post, and why it was refused."""
        answer = await self.post(by, path, body)
        return answer.status_code, answer.json().get("code", "")

    def _headers(self, by: Principal | None, more: dict[str, str] | None) -> dict[str, str]:
        headers = {"Accept-Language": "en", **(more or {})}
        if by is not None:
            token = self._tokens.setdefault(by, self._issuer.mint(by.sub, by.roles, by.communities, by.units))
            headers["Authorization"] = f"Bearer {token}"
        return headers


def _fine(path: str, answer: httpx.Response) -> Any:
    if answer.status_code not in (200, 201):
        raise AssertionError(f"{path}: {answer.status_code} {answer.text}")
    return answer.json()


def a_direct_need(**changes: Any) -> dict[str, Any]:
    """A body that asks for one helper, two days from now."""
    begin = NOW + 2 * DAY
    return {
        "community": HERE,
        "category": "chores",
        "starts_at": begin.isoformat(),
        "ends_at": (begin + HOUR).isoformat(),
        **changes,
    }
