"""There are no WebSockets here. Whoever asks for one is answered as by HTTP where the server can do so."""

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_POLICY_VIOLATION = 1008


async def refuse_socket(scope: Scope, receive: Receive, send: Send, answer: Response) -> None:
    """Refuse the WebSocket of `scope` with `answer`; what is neither HTTP nor a WebSocket gets nothing."""
    if scope["type"] != "websocket":
        return
    await receive()
    if "websocket.http.response" in (scope.get("extensions") or {}):
        await answer(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": ""})
