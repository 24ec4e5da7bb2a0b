"""Several services in one process under one origin: the same paths that an edge proxy would serve from four.

`/api/<service>/…` goes to that service. `/livez` and `/readyz` combine the answers of all services, and are refused if
one of them refuses; other purposes of readiness are told at `/api/<service>/readyz/…`. Paths of pages go to the service
that `pages` names, everything else to the home service. Each application keeps its own lifespan, database and
connections.
"""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack

import orjson
from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send

_OF_PROBES = frozenset({200, 503})
"""The statuses of a probe's answer; any other status refuses the request."""

_ALIVE = b'{"status":"alive"}'


class CombinedApp:
    """The ASGI application that puts `apps` under one origin."""

    def __init__(self, apps: Mapping[str, FastAPI], home: str, pages: Mapping[str, str] | None = None) -> None:
        self._apps = dict(apps)
        self._pages = dict(pages or {})
        self._home = self._apps.get(home) or next(iter(self._apps.values()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on to the application that the path belongs to."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http" and scope["path"] == "/livez":
            await self._alive(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == "/readyz":
            await self._ready(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].startswith("/readyz/"):
            await _answer(send, 404, b'{"status":"unknown"}')
        else:
            await self._of(scope.get("path", "/"))(scope, receive, send)

    def _of(self, path: str) -> FastAPI:
        parts = path.split("/", 3)
        if len(parts) > 2 and parts[1] == "api":
            return self._apps.get(parts[2], self._home)
        return self._apps.get(self._pages.get(parts[1], ""), self._home)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        async with AsyncExitStack() as running:
            for app in self._apps.values():
                await running.enter_async_context(app.router.lifespan_context(app))
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _alive(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = await self._ask_all(scope, "livez")
        for path, app, status, _ in asked:
            if status != 200:
                await app({**scope, **_at(path)}, receive, send)
                return
        await _answer(send, 200, _ALIVE)

    async def _ready(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = await self._ask_all(scope, "readyz")
        for path, app, status, _ in asked:
            if status not in _OF_PROBES:
                await app({**scope, **_at(path)}, receive, send)
                return
        facts = {name: orjson.loads(body) for name, (*_, body) in zip(self._apps, asked, strict=True)}
        ready = all(status == 200 for _, _, status, _ in asked)
        await _answer(send, 200 if ready else 503, orjson.dumps({"ready": ready, "services": facts}))

    async def _ask_all(self, scope: Scope, probe: str) -> list[tuple[str, FastAPI, int, bytes]]:
        """The answers of all services to `probe`: path, application, status and body. A HEAD is asked as a GET, because
        the bodies are needed for one answer."""
        asking = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        paths = [f"/api/{name}/{probe}" for name in self._apps]
        told = await asyncio.gather(
            *(_ask(app, asking, path) for path, app in zip(paths, self._apps.values(), strict=True))
        )
        return [(path, app, *each) for path, app, each in zip(paths, self._apps.values(), told, strict=True)]


def _at(path: str) -> dict[str, object]:
    return {"path": path, "raw_path": path.encode(), "query_string": b""}


async def _ask(app: FastAPI, scope: Scope, path: str) -> tuple[int, bytes]:
    status, body = 500, bytearray()

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        elif message["type"] == "http.response.body":
            body.extend(message.get("body", b""))

    await app({**scope, **_at(path)}, receive, send)
    return status, bytes(body)


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    headers += [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
