"""Calls to the gateway of issues, and their answers, read."""

from collections.abc import AsyncIterator
from typing import Any

import httpx

from services.chassis.principal import Principal, Role
from services.contracts.issues import PlaceKind, UnitKind
from tests.integration.calling import Caller
from tests.integration.issues.uploads.pictures import a_picture
from tests.unit.issues.world import HERE, person

BASE = "/api/issues/v1"
OPERATOR = person("operator-1", Role.OPERATOR)


class Answer:
    """An answer, read."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self.content = response.content
        self.json: Any = response.json() if "json" in response.headers.get("content-type", "") else None

    @property
    def code(self) -> str | None:
        """The code of a refusal."""
        return self.json.get("code") if isinstance(self.json, dict) else None


class Api:
    """The gateway, as its callers reach it."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self.pictures = 0
        """How many it has made; the next one is another one."""

    async def get(self, by: Principal | None, path: str, headers: dict[str, str] | None = None, **query: Any) -> Answer:
        given = {name: value for name, value in query.items() if value is not None}
        return Answer(await self._caller.get(by, path, headers, **given))

    async def post(
        self, by: Principal | None, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        return Answer(await self._caller.post(by, path, body, headers))

    async def put(
        self, by: Principal | None, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        return Answer(await self._caller.send(by, "PUT", path, headers, json=body))

    async def delete(self, by: Principal | None, path: str, headers: dict[str, str] | None = None) -> Answer:
        return Answer(await self._caller.send(by, "DELETE", path, headers))

    async def upload(self, by: Principal, path: str, field: str, file: tuple[str, bytes, str]) -> Answer:
        """Send a file as a form does."""
        return Answer(await self._caller.send(by, "POST", path, data={"community": HERE}, files={field: file}))

    async def body(
        self, by: Principal, path: str, content: bytes | AsyncIterator[bytes], headers: dict[str, str]
    ) -> Answer:
        """Send a body as it is."""
        return Answer(await self._caller.send(by, "POST", path, headers, content=content))

    async def photo(self, by: Principal, data: bytes | None = None) -> Answer:
        """Send a picture; one that nobody has sent before if none is given."""
        self.pictures += 1
        data = data or a_picture(f"hsl({self.pictures % 360}, {50 + self.pictures // 360}%, 50%)")
        photo = ("../../etc/passwd", data, "text/html")
        sent = await self._caller.send(by, "POST", "/photos", data={"community": HERE}, files={"photo": photo})
        return Answer(sent)

    async def raw(
        self, method: str, path: str, headers: dict[str, str] | None = None, **content: Any
    ) -> httpx.Response:
        """Call as nobody; the answer as it comes."""
        return await self._caller.send(None, method, path, headers, **content)

    async def made(self, by: Principal, path: str, body: Any) -> Any:
        """Post, and the thing that was made."""
        return await self._caller.ok(by, path, body)


async def a_community(api: Api, buildings: int = 3) -> tuple[str, list[str]]:
    """A unit and a compound with buildings; the unit's id and the buildings'."""
    unit = await api.made(
        OPERATOR, "/units", {"community": HERE, "code": "property", "kind": UnitKind.PROPERTY, "title": "物业公司"}
    )
    compound = await api.made(OPERATOR, "/places", {"community": HERE, "kind": PlaceKind.COMPOUND, "title": "都市小区"})
    houses = [
        await api.made(
            OPERATOR,
            "/places",
            {
                "community": HERE,
                "kind": PlaceKind.BUILDING,
                "title": f"{number}号楼",
                "parent": compound["id"],
                "number": number,
                "floors": 18,
            },
        )
        for number in range(1, buildings + 1)
    ]
    return unit["id"], [house["id"] for house in houses]
