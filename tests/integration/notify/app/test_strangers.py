"""Callers without a token are told nothing."""

import pytest

from tests.integration.notify.calling import Api


@pytest.mark.parametrize("path", ["/me", "/me/notices", "/me/unread", "/why?community=sunshine&about=x"])
async def test_without_a_token_nothing_is_told(api: Api, path: str) -> None:
    assert (await api.call(None, "GET", path)).status_code == 401
