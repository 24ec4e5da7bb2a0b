"""Calls to the gateway of volunteers: whom they come from, what is answered, and how somebody becomes a volunteer."""

from typing import Any

import httpx

from services.chassis.principal import Principal
from tests.integration.calling import Caller, fine
from tests.unit.volunteers.world import HERE, STAFF


class Api(Caller):
    """The gateway, as its callers reach it."""

    async def patch(self, by: Principal, path: str, body: Any) -> httpx.Response:
        return await self.send(by, "PATCH", path, json=body)

    async def read(self, by: Principal, path: str, **query: Any) -> Any:
        """Get, and what was there."""
        return fine(await self.get(by, path, **query))

    async def refused(self, by: Principal | None, path: str, body: Any = None) -> tuple[int, str]:
        """Post, and why it was refused."""
        answer = await self.post(by, path, body)
        return answer.status_code, answer.json().get("code", "")


async def admit(api: Api, who: Principal, **profile: Any) -> Any:
    """Somebody registers, staff see that it is so and approve; what stands then."""
    mine = await api.ok(who, "/volunteers", {"community": HERE, **profile})
    shown = {name: profile[name] for name in ("skills", "adult") if name in profile}
    await api.ok(STAFF, f"/volunteers/{mine['id']}/verify", {"adult": True, **shown})
    if profile.get("adult") is False:
        consent = {"text": "v1", "guardian": f"guardian-of-{who.sub}"}
        await api.ok(STAFF, f"/volunteers/{mine['id']}/consent", consent)
    return await api.ok(STAFF, f"/volunteers/{mine['id']}/approve")
