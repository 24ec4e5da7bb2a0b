"""The loader's way in: patience, and one clear sentence for each refusal."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from deploy.local.seed import api as module
from deploy.local.seed.api import Api, Refused, key, until
from deploy.local.trouble import Trouble
from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.principal import Role
from services.chassis.settings.service_settings import AuthSettings

Respond = Callable[[httpx.Request], httpx.Response]
Serve = Callable[[Respond], None]


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    issuer = DevelopmentIssuer(AuthSettings(environment="test", auth_development_key=tmp_path / "issuer.json"))
    async with Api("http://sunshine.test", issuer) as api:
        yield api


@pytest.fixture
def serve(api: Api) -> Serve:
    """Answer the loader's requests."""

    def answer(respond: Respond) -> None:
        api._http = httpx.AsyncClient(base_url=api.url, transport=httpx.MockTransport(respond))

    return answer


async def test_who_is_told_to_come_later_comes_later_with_the_same_key(api: Api, serve: Serve) -> None:
    keys: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["Idempotency-Key"])
        return (
            httpx.Response(429, headers={"Retry-After": "0"})
            if len(keys) < 3
            else httpx.Response(201, json={"id": "a"})
        )

    serve(respond)
    made = await api.hand("staff-1", Role.STAFF).post("/teams", {}, what="Forming a team", once="team 帮帮团")
    assert made == {"id": "a"}
    assert keys == [key("team 帮帮团")] * 3


async def test_a_connection_that_breaks_is_tried_again(api: Api, serve: Serve) -> None:
    asked = 0

    def respond(request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise httpx.ReadError("reset")
        return httpx.Response(200, json={"items": [], "next": None})

    serve(respond)
    assert await api.hand("staff-1", Role.STAFF).all("/teams") == []


async def test_a_refusal_is_one_sentence_that_names_what_was_refused(api: Api, serve: Serve) -> None:
    serve(lambda _: httpx.Response(403, json={"code": "forbidden", "detail": "You are not allowed to do this."}))
    with pytest.raises(Refused) as refused:
        await api.hand("resident-001").post("/teams", {}, what="Forming 帮帮团", unless={"team.not-recruiting"})
    assert str(refused.value) == "Forming 帮帮团 was refused: You are not allowed to do this. (forbidden)"


async def test_a_refusal_that_says_it_is_done_is_none(api: Api, serve: Serve) -> None:
    serve(lambda _: httpx.Response(409, json={"code": "already-exists", "detail": "There."}))
    assert await api.hand("staff-1").post("/volunteers", {}, what="…", unless={"already-exists"}) is None


async def test_whoever_does_not_answer_is_named(api: Api, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    serve(respond)
    with pytest.raises(Trouble, match=r"^http://sunshine\.test doesn't answer .* --url\.$"):
        await api.send("GET", "/readyz", patience=0)


async def test_a_list_is_read_to_its_end(api: Api, serve: Serve) -> None:
    pages = {None: ([{"id": "a"}, {"id": "b"}], "2"), "2": ([{"id": "c"}], None)}

    def respond(request: httpx.Request) -> httpx.Response:
        assert request.url.params["community"] == module.COMMUNITY
        items, following = pages[request.url.params.get("cursor")]
        return httpx.Response(200, json={"items": items, "next": following})

    serve(respond)
    assert await api.hand("staff-1").all("/teams") == [{"id": "a"}, {"id": "b"}, {"id": "c"}]


async def test_what_never_comes_about_is_named() -> None:
    async def look() -> None:
        return None

    with pytest.raises(Trouble, match=r"^Counting the rounds took longer than 0 seconds"):
        await until("Counting the rounds", look, within=0)


def test_keys_are_sendable_and_differ_by_name() -> None:
    names = [f"{number}号楼" for number in range(1, 21)]
    assert len({key(name) for name in names}) == len(names)
    assert all(key(name).isascii() and len(key(name)) <= 255 for name in names)
