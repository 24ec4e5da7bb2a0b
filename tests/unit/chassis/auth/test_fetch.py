"""How a key set is got from its address."""

from pathlib import Path

import httpx
import pytest

from services.chassis.auth.fetch import KeySetAway, fetcher


def answering(response: httpx.Response) -> httpx.MockTransport:
    return httpx.MockTransport(lambda request: response)


def refusing(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused")


async def test_it_is_read_over_http() -> None:
    assert await fetcher("https://id/jwks", transport=answering(httpx.Response(200, content=b"{}")))() == b"{}"


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(302, headers={"Location": "https://elsewhere/jwks"}),
        httpx.Response(500),
        httpx.Response(200, content=b"x" * 600_000),
    ],
)
async def test_redirects_errors_and_floods_are_not_followed(response: httpx.Response) -> None:
    with pytest.raises(KeySetAway):
        await fetcher("https://id/jwks", transport=answering(response))()


async def test_a_provider_that_does_not_answer_is_away() -> None:
    with pytest.raises(KeySetAway):
        await fetcher("https://id/jwks", transport=httpx.MockTransport(refusing))()


async def test_it_is_read_from_a_file_with_a_space_in_its_name(tmp_path: Path) -> None:
    file = tmp_path / "key set.json"
    file.write_bytes(b"{}")
    assert await fetcher(file.as_uri())() == b"{}"
    file.write_bytes(b"x" * 600_000)
    with pytest.raises(KeySetAway):
        await fetcher(file.as_uri())()
    with pytest.raises(OSError, match="No such file"):
        await fetcher((tmp_path / "none").as_uri())()
