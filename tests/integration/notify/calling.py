"""Calls to the gateway of notify, the board among it."""

from typing import Any

import httpx

from services.chassis.principal import Principal
from tests.integration.calling import Caller


class Api(Caller):
    """The gateway, as its callers reach it. The board's pages stand at the root."""

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
        return await self.send(by, method, path, sent, json=body, params=query)

    def _at(self, path: str) -> str:
        return path if path == "/" or path.startswith("/board") else super()._at(path)
