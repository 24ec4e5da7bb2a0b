"""Calls over HTTP as somebody, with their token."""

from typing import Any

import httpx

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.principal import Principal, Role
from services.contracts.issues import PlaceKind, UnitKind
from tests.integration.issues.pictures import a_picture
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

    def __init__(self, transport: httpx.AsyncBaseTransport, issuer: DevelopmentIssuer) -> None:
        self._client = httpx.AsyncClient(transport=transport, base_url="http://issues.test")
        self._issuer = issuer
        self._tokens: dict[Principal, str] = {}

    async def close(self) -> None:
        await self._client.aclose()

    async def get(self, by: Principal | None, path: str, headers: dict[str, str] | None = None, **query: Any) -> Answer:
        params = {name: value for name, value in query.items() if value is not None}
        return Answer(await self._client.get(_at(path), params=params, headers=self._headers(by, headers)))

    async def post(
        self, by: Principal | None, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        return Answer(await self._client.post(_at(path), json=body, headers=self._headers(by, headers)))

    async def photo(self, by: Principal, data: bytes | None = None) -> Answer:
        """Send a picture; one of its own colour for each sender if none is given."""
        data = data or a_picture(f"hsl({sum(by.sub.encode()) % 360}, 80%, 50%)")
        response = await self._client.post(
            _at("/photos"),
            data={"community": HERE},
            files={"photo": ("../../etc/passwd", data, "text/html")},
            headers=self._headers(by, None),
        )
        return Answer(response)

    async def made(self, by: Principal, path: str, body: Any) -> Any:
        """Post, and the thing that was made."""
        answer = await self.post(by, path, body)
        if answer.status not in (200, 201):
            raise AssertionError(f"{path}: {answer.status} {answer.json}")
        return answer.json

    def _headers(self, by: Principal | None, more: dict[str, str] | None) -> dict[str, str]:
        headers = {"Accept-Language": "en", **(more or {})}
        if by is not None:
            token = self._tokens.setdefault(by, self._issuer.mint(by.sub, by.roles, by.communities, by.units))
            headers["Authorization"] = f"Bearer {token}"
        return headers


def _at(path: str) -> str:
    return path if path.startswith("/api/") else BASE + path


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
