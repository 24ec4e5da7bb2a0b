"""Calls over HTTP as somebody, with their token, and a clock that is moved by hand."""

from datetime import datetime, timedelta
from typing import Any, Self

import httpx

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.principal import Principal


class Hand:
    """A clock."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def wait(self, length: timedelta) -> None:
        self.now += length


class Caller:
    """The gateway of `service`, as its callers reach it. Paths begin below its own, or are whole: `/api/…`."""

    def __init__(self, transport: httpx.AsyncBaseTransport, issuer: DevelopmentIssuer, service: str) -> None:
        self._client = httpx.AsyncClient(transport=transport, base_url=f"http://{service}.test")
        self._base = f"/api/{service}/v1"
        self._issuer = issuer
        self._tokens: dict[Principal, str] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._client.aclose()

    async def send(
        self, by: Principal | None, method: str, path: str, headers: dict[str, str] | None = None, **content: Any
    ) -> httpx.Response:
        """`content` is what httpx takes: `json`, `params`, `files` …"""
        return await self._client.request(method, self._at(path), headers=self._headers(by, headers), **content)

    async def get(
        self, by: Principal | None, path: str, headers: dict[str, str] | None = None, **query: Any
    ) -> httpx.Response:
        return await self.send(by, "GET", path, headers, params=query or None)

    async def post(
        self, by: Principal | None, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        return await self.send(by, "POST", path, headers, json=body)

    async def ok(self, by: Principal | None, path: str, body: Any = None) -> Any:
        """Post, and what came of it."""
        return fine(await self.post(by, path, body))

    def _at(self, path: str) -> str:
        return path if path.startswith(("/api/", "http://")) else self._base + path

    def _minted(self, by: Principal) -> str:
        roles = [f"{community}:{role}" for community, role in by.duties]
        units = [f"{community}:{unit}" for community, unit in by.posts]
        return self._issuer.mint(by.sub, roles, by.communities, units)

    def _headers(self, by: Principal | None, more: dict[str, str] | None) -> dict[str, str]:
        headers = {"Accept-Language": "en", **(more or {})}
        if by is not None:
            if by not in self._tokens:
                self._tokens[by] = self._minted(by)
            headers["Authorization"] = f"Bearer {self._tokens[by]}"
        return headers


def fine(answer: httpx.Response) -> Any:
    """The content of an answer that must be no refusal."""
    if answer.status_code not in (200, 201):
        raise AssertionError(f"{answer.request.url.path}: {answer.status_code} {answer.text}")
    return answer.json()
