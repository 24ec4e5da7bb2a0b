"""The routes that lead to something of a community by its id, and need no token."""

import re
from collections.abc import Mapping, Sequence

from fastapi import APIRouter
from fastapi.routing import APIRoute

from tests.integration.calling import Caller


async def refused_elsewhere(
    api: Caller, routers: Sequence[APIRouter], elsewhere: str, others: Mapping[str, str]
) -> dict[str, str]:
    """Get each of these routes for the community `elsewhere`. What else their paths name is as `others` say, or a word
    under which there is nothing.

    Returns: what each says, by its path: the code of its refusal, or its status where it has none. Those that need a
    token are left out.
    """
    said: dict[str, str] = {}
    named = {**others, "community": elsewhere}
    for route in (each for router in routers for each in router.routes if isinstance(each, APIRoute)):
        if "{community}" not in route.path or "GET" not in (route.methods or ()):
            continue
        path = re.sub(r"\{(\w+)\}", lambda found: named.get(found[1], "nothing"), route.path)
        answer = await api.get(None, f"http://any.test{path}")
        if answer.status_code != 401:
            said[route.path] = answer.json()["code"] if answer.status_code == 404 else str(answer.status_code)
    return said
