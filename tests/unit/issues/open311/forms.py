"""Forms as they are sent, and read."""

from fastapi import Request
from starlette.types import Message

from services.issues.open311.form import Form, read_form

URLENCODED = "application/x-www-form-urlencoded"


def sent(body: bytes, kind: str = URLENCODED) -> Request:
    """The request with this body."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", kind.encode("latin-1"))]
    return Request({"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}, receive)


async def a_form(body: str) -> Form:
    """The urlencoded form `body`."""
    return await read_form(sent(body.encode()))
