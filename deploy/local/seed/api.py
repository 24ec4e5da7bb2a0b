"""The way in: requests under tokens of the development issuer, repeated where that is safe, and what was refused."""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Collection
from typing import Any, Self, TypeVar

import httpx

from deploy.local.trouble import Trouble
from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.principal import Role

T = TypeVar("T")

COMMUNITY = "yangguang"

_AT_ONCE = 12
PATIENCE = 60.0
"""Seconds for which a service that is away, or asks to come later, is asked again."""
_LATER = {429, 502, 503, 504}


class Refused(Trouble):
    """A service said no."""

    def __init__(self, what: str, answer: httpx.Response) -> None:
        told = _problem(answer)
        self.code = str(told.get("code", answer.status_code))
        super().__init__(f"{what} was refused: {told.get('detail') or answer.reason_phrase} ({self.code})")


class Api:
    """The services at `url`. Tokens come from `issuer`."""

    def __init__(self, url: str, issuer: DevelopmentIssuer) -> None:
        self.url = url
        self._issuer = issuer
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._http = httpx.AsyncClient(base_url=url, timeout=30, headers={"Accept-Language": "en"}, trust_env=False)
        self._hands: dict[tuple[str, ...], Hand] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    def hand(self, sub: str, *roles: Role, unit: str | None = None) -> "Hand":
        """Somebody of the community; `unit`: the partner organisation they work for."""
        key = (sub, *roles, unit or "")
        if key not in self._hands:
            token = self._issuer.mint(sub, roles, [COMMUNITY], [unit] if unit else [])
            self._hands[key] = Hand(self, sub, token)
        return self._hands[key]

    async def send(self, method: str, path: str, *, patience: float = PATIENCE, **request: Any) -> httpx.Response:
        """The answer, asked for until there is one, or `patience` seconds are over.

        Raises:
            Trouble: nobody answers.
        """
        give_up, pause = time.monotonic() + patience, 0.1
        while True:
            try:
                async with self._turns:
                    answer = await self._http.request(method, path, **request)
            except httpx.TransportError as error:
                if time.monotonic() > give_up:
                    raise Trouble(
                        f"{self.url} doesn't answer ({error}): start the services, or name another address with --url."
                    ) from None
            else:
                if answer.status_code not in _LATER or time.monotonic() > give_up:
                    return answer
                asked = answer.headers.get("Retry-After", "")
                pause = max(pause, float(asked) if asked.isdecimal() else 0)
            await asyncio.sleep(pause)
            pause = min(2 * pause, 2.0)


class Hand:
    """One person's way in."""

    def __init__(self, api: Api, sub: str, token: str) -> None:
        self.sub = sub
        self._api = api
        self._headers = {"Authorization": f"Bearer {token}"}

    async def get(self, path: str, **query: Any) -> Any:
        """What `path` shows.

        Raises:
            Refused: it isn't shown.
        """
        return _taken(f"Reading {path}", await self._api.send("GET", path, params=query, headers=self._headers))

    async def all(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Every item of the list at `path` in our community."""
        items: list[dict[str, Any]] = []
        query = {"community": COMMUNITY, "limit": 200, **query}
        while True:
            page = await self.get(path, **query)
            items += page["items"]
            if page["next"] is None:
                return items
            query["cursor"] = page["next"]

    async def post(
        self, path: str, body: Any = None, *, what: str, once: str | None = None, unless: Collection[str] = ()
    ) -> Any:
        """Ask for something to be done.

        Args:
            what: as a refusal names it.
            once: the name of what is done; the same name is done once only. Without it, it can't be done twice anyway.
            unless: codes of refusals that say it is done, or no longer wanted; the answer is then None.

        Raises:
            Refused: for another reason.
        """
        headers = self._headers if once is None else {**self._headers, "Idempotency-Key": key(once)}
        return _taken(what, await self._api.send("POST", path, json=body, headers=headers), unless)

    async def upload(self, path: str, name: str, picture: bytes, *, what: str) -> Any:
        """Send a photo; the same one again is the same photo."""
        data, files = {"community": COMMUNITY}, {"photo": (name, picture, "image/png")}
        return _taken(what, await self._api.send("POST", path, headers=self._headers, data=data, files=files))


async def until(what: str, look: Callable[[], Awaitable[T | None]], within: float = 90.0) -> T:
    """What `look` finds, as soon as it finds something true. `what`: what is waited for, as a sentence begins.

    Raises:
        Trouble: not in time.
    """
    give_up = time.monotonic() + within
    while not (found := await look()):
        if time.monotonic() > give_up:
            raise Trouble(f"{what} took longer than {within:.0f} seconds: see the services' log, then load again.")
        await asyncio.sleep(0.25)
    return found


def key(name: str) -> str:
    """The Idempotency-Key that belongs to a name."""
    return f"demo-{hashlib.sha256(name.encode()).hexdigest()[:40]}"


def _taken(what: str, answer: httpx.Response, unless: Collection[str] = ()) -> Any:
    if answer.is_success:
        return answer.json()
    if _problem(answer).get("code") in unless:
        return None
    raise Refused(what, answer)


def _problem(answer: httpx.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
