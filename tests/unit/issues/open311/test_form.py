"""How a form is read before its key is known: within bounds, and in turns with others."""

import asyncio

import pytest
from fastapi import Request
from starlette.types import Message

from services.chassis.http.refusals import BodyTooLarge
from services.issues.open311.form import FormUnreadable, read_form


def _sent(body: bytes) -> Request:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", b"application/x-www-form-urlencoded")]
    return Request({"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}, receive)


async def test_others_have_their_turn_while_a_form_is_decoded() -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    beside = asyncio.create_task(others())
    form = await read_form(_sent(b"&".join(b"a%d=" % nth + b"%E7%81%AF" * 1000 for nth in range(20))))
    beside.cancel()
    assert form.fields["a19"] == "灯" * 1000
    assert turns >= 10


async def test_the_longest_text_may_be_escaped_letter_by_letter() -> None:
    form = await read_form(_sent(b"description=" + b"%F0%9F%92%A1" * 4000 + b"&empty=&lat=31.2"))
    assert form.get("description", 4000) == "💡" * 4000
    assert form.get("lat") == "31.2"


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"a=" + b"%41" * 300_000, BodyTooLarge),
        (b"a=" + b"%41" * 50_000, FormUnreadable),
        (b"&".join([b"a=1"] * 201), FormUnreadable),
        (b"&" * 5000, FormUnreadable),
    ],
)
async def test_a_form_that_is_larger_than_any_request_is_refused_unread(body: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        await read_form(_sent(body))
