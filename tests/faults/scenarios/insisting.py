"""How everybody in these stories sends a command: again and again, as a good client does, until it is answered."""

import asyncio
import uuid
from contextlib import suppress
from typing import Any

import httpx

from services.chassis.principal import Role
from tests.e2e.house import COMMUNITY
from tests.faults.replica import Replica
from tests.faults.scenarios.ground import Ground

Who = tuple[str, Role]
"""Somebody's id, and as what they act."""


async def insist(
    ground: Ground, service: str, who: Who, path: str, body: Any, *, key: str = "", first: int = 0
) -> httpx.Response:
    """Send a command until it is carried out or refused: the same key each time, another replica each time.

    Args:
        key: the Idempotency-Key; empty for one of its own.
        first: the replica that is asked first.
    """
    key, attempt = key or str(uuid.uuid4()), first
    while True:
        awake = [replica for replica in ground.of(service) if replica.awake]
        if awake:
            with suppress(httpx.TransportError):
                answer = await send(ground, awake[attempt % len(awake)], who, path, body, key=key)
                if answer.status_code < 500:
                    return answer
        attempt += 1
        await asyncio.sleep(0.1)


async def send(
    ground: Ground, replica: Replica, who: Who, path: str, body: Any, *, key: str, seconds: float = 10
) -> httpx.Response:
    """Send a command once.

    Raises:
        httpx.TransportError: there was no answer in this time.
    """
    sub, role = who
    headers = {
        "Authorization": f"Bearer {ground.house(replica).issuer.mint(sub, [role], [COMMUNITY])}",
        "Idempotency-Key": key,
    }
    url = f"{replica.url}/api/{replica.service}/v1/{path}"
    return await ground.http.post(url, json=body, headers=headers, timeout=seconds)


def version(answer: httpx.Response) -> int:
    """At which an answer says that its aggregate is."""
    return int(answer.headers["ETag"].strip('W/"'))


def fine(answer: httpx.Response) -> dict[str, Any]:
    """What was answered, where it was done.

    Raises:
        AssertionError: it was refused.
    """
    if not answer.is_success:
        raise AssertionError(f"{answer.request.url.path}: {answer.status_code} {answer.text}")
    found: dict[str, Any] = answer.json()
    return found
