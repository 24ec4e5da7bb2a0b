"""Refuses WebSockets, of which there are none here, by an HTTP answer where the server can send one."""

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_POLICY_VIOLATION = 1008


async def refuse_socket(scope: Scope, receive: Receive, send: Send, answer: Response) -> None:
    """Refuse the WebSocket of `scope` with `answer`. A scope that is neither HTTP nor a WebSocket gets no answer."""
    if scope["type"] != "websocket":
        return
    await receive()
    if "websocket.http.response" in (scope.get("extensions") or {}):
        await answer(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": ""})
