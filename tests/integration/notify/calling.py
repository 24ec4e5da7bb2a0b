"""Calls over HTTP as somebody, with their token."""

from typing import Any

import httpx

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.principal import Principal

BASE = "/api/notify/v1"


class Api:
    """The gateway, as its callers reach it."""

    def __init__(self, transport: httpx.AsyncBaseTransport, issuer: DevelopmentIssuer) -> None:
        self._client = httpx.AsyncClient(transport=transport, base_url="http://notify.test")
        self._issuer = issuer

    async def close(self) -> None:
        await self._client.aclose()

    async def call(
        self,
        by: Principal | None,
        method: str,
        path: str,
        body: Any = None,
        *,
        language: str = "zh",
        headers: dict[str, str] | None = None,
        **query: Any,
    ) -> httpx.Response:
        sent = {"Accept-Language": language, **(headers or {})}
        if by is not None:
            sent["Authorization"] = f"Bearer {self._issuer.mint(by.sub, by.roles, by.communities, by.units)}"
        at = path if path.startswith(("/api", "/board")) or path == "/" else BASE + path
        return await self._client.request(method, at, json=body, headers=sent, params=query)
