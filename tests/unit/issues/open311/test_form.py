"""How a form is read before its key is known: within bounds, and in turns with others."""

import asyncio
from urllib.parse import quote_from_bytes

import pytest
from fastapi import Request

from services.chassis.http.refusals import BodyTooLarge
from services.issues.open311.encodings import EncodingUnknown
from services.issues.open311.form import FormUnreadable, read_form
from services.issues.open311.sameness import digest
from tests.unit.issues.open311.forms import URLENCODED, sent


async def test_others_have_their_turn_while_a_form_is_decoded() -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    beside = asyncio.create_task(others())
    form = await read_form(sent(b"&".join(b"a%d=" % nth + b"%E7%81%AF" * 1000 for nth in range(20))))
    beside.cancel()
    assert form.fields["a19"] == "灯" * 1000
    assert turns >= 10


async def test_the_longest_text_may_be_escaped_letter_by_letter() -> None:
    form = await read_form(sent(b"description=" + b"%F0%9F%92%A1" * 4000 + b"&empty=&lat=31.2"))
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
        await read_form(sent(body))


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (b"attribute[kit]=a&attribute[kit]=b&attribute[kit]=a&attribute[kit]=", ["a", "b"]),
        (b"attribute[kit][]=a&attribute[kit][]=b", ["a", "b"]),
        (b"attribute[kit]=a&attribute[kit][]=b", ["a", "b"]),
        (b"attribute[kit][0]=a&attribute[kit][1]=b", ["a", "b"]),
        (b"attribute[kit]=a&attribute[kit]=a", "a"),
        (b"attribute%5Bkit%5D=a", "a"),
        (b"attribute[kit]=", None),
    ],
)
async def test_each_value_of_an_attribute_is_kept(body: bytes, answer: object) -> None:
    assert (await read_form(sent(body))).answers.get("kit") == answer


WORDS = "路灯不亮，请修理"


def _urlencoded(encoding: str, charset: str = "", *, escaped: bool = True) -> Request:
    letters = WORDS.encode(encoding)
    value = quote_from_bytes(letters).encode() if escaped else letters
    return sent(b"lat=31.2&description=" + value, URLENCODED + charset)


def _multipart(encoding: str, charset: str = "", field: str = "") -> Request:
    parts = [("lat", "31.2"), ("description", WORDS)] + ([("_charset_", field)] if field else [])
    body = "".join(f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{said}\r\n' for name, said in parts)
    return sent(f"{body}--x--\r\n".encode(encoding), f"multipart/form-data; boundary=x{charset}")


@pytest.mark.parametrize(
    "request_",
    [
        _urlencoded("gbk"),
        _urlencoded("gbk", escaped=False),
        _urlencoded("gbk", "; charset=GB2312"),
        _urlencoded("gb18030", '; charset="gb18030"'),
        _urlencoded("gbk", "; charset=utf-8"),
        _urlencoded("utf-8", "; charset=gbk"),
        _urlencoded("utf-8", "; charset=iso-8859-1"),
        _multipart("gbk"),
        _multipart("gbk", "; charset=gbk"),
        _multipart("utf-8", "; charset=utf-16"),
        _multipart("gbk", "", "gbk"),
    ],
)
async def test_letters_are_read_in_utf8_and_in_gbk(request_: Request) -> None:
    form = await read_form(request_)
    assert (form.get("description"), form.get("lat")) == (WORDS, "31.2")
    assert digest(form) == digest(await read_form(_urlencoded("utf-8")))


@pytest.mark.parametrize(
    "body",
    [
        "description=路".encode() + "灯".encode()[:2],
        "description=好了&first_name=L\ufffdi".encode(),
        b"description=caf%E9+noir",
        b"first_name=%C0%80%FF",
        b"description=%ED%A0%80",
    ],
)
async def test_letters_that_were_lost_refuse_the_form(body: bytes) -> None:
    with pytest.raises(EncodingUnknown):
        await read_form(sent(body))


async def test_a_declared_encoding_decides_where_the_bytes_could_be_either() -> None:
    assert (await read_form(sent(b"description=%C2%B7", f"{URLENCODED}; charset=gbk"))).get("description") == "路"
    with pytest.raises(EncodingUnknown):
        await read_form(_urlencoded("gbk", "; charset=big5"))
