"""Gets a key set from its https:// or file:// address."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx

_LARGEST = 512 * 1024
_SECONDS = 5.0


class KeySetAway(OSError):
    """The address did not answer with a key set of a sane size."""


def fetcher(url: str, *, transport: httpx.AsyncBaseTransport | None = None) -> Callable[[], Awaitable[bytes]]:
    """A function that fetches the document at `url` or raises KeySetAway: no redirects, 5 seconds, half a megabyte."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        path = Path(unquote(parts.path))
        return lambda: asyncio.to_thread(_read, path)
    return lambda: _get(url, transport)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        document = file.read(_LARGEST + 1)
    if len(document) > _LARGEST:
        raise KeySetAway("too large")
    return document


async def _get(url: str, transport: httpx.AsyncBaseTransport | None) -> bytes:
    document = bytearray()
    try:
        async with (
            asyncio.timeout(_SECONDS),
            httpx.AsyncClient(transport=transport, timeout=_SECONDS, follow_redirects=False) as client,
            client.stream("GET", url, headers={"Accept": "application/json"}) as answer,
        ):
            if answer.status_code != 200:
                raise KeySetAway(f"status {answer.status_code}")
            async for chunk in answer.aiter_bytes():
                document += chunk
                if len(document) > _LARGEST:
                    raise KeySetAway("too large")
    except (httpx.HTTPError, TimeoutError) as error:
        raise KeySetAway(type(error).__name__) from error
    return bytes(document)
