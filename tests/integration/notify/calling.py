"""Calls to the gateway of notify, the board among it."""

from typing import Any

import httpx

from services.chassis.principal import Principal
from tests.integration.calling import Caller
from tests.unit.notify.given import HERE, STAFF


class Api(Caller):
    """The gateway, as its callers reach it. The board's pages and those of links stand at the root."""

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
        return await self.send(by, method, path, sent, json=body, params=query or None)

    def _at(self, path: str) -> str:
        return (
            path
            if path in {"/", "/favicon.ico", "/robots.txt"} or path.startswith(("/board", "/answer/"))
            else super()._at(path)
        )


async def reminded_by_plan(api: Api) -> None:
    """A community has notify itself plan a reminder for whoever registers, besides what the activity's facts bring."""
    tell = {
        "kind": "activity-reminder",
        "to": {"rule": "person", "field": "person"},
        "subject": {"of": "activity"},
        "ahead_of": "starts_at",
        "expires": "starts_at",
    }
    route = {"event": "cn.community.events.activity.registered.v1", "name": "plan_a_reminder", "tell": [tell]}
    made = await api.call(STAFF, "PUT", f"/communities/{HERE}/routing", {"kinds": {}, "routes": [route]})
    assert made.status_code == 201
