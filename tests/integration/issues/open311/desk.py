"""A community that is served, a system with a key, and its calls: each answer checked against the contract."""

from typing import Any

import httpx

from services.issues.open311.formats import MEDIA_TYPES, Format
from tests.contract.open311.reading import as_texts, check, read_xml
from tests.integration.issues.calling import OPERATOR, Api
from tests.integration.issues.kept import Kept
from tests.unit.issues.world import HANDLER, HERE, STAFF, SUPERVISOR

V2 = "/api/issues/open311/v2"
KEYS = "/open311/keys"
LON, LAT = 121.4737, 31.2304
STEP = 0.003
FORM = "application/x-www-form-urlencoded"


class Said:
    """An answer in JSON that is as the contract says, and whose XML says the same where that was asked for too."""

    def __init__(self, answer: httpx.Response, value: Any) -> None:
        self.status = answer.status_code
        self.headers = answer.headers
        self.value = value

    @property
    def only(self) -> Any:
        """The only item of a list."""
        [item] = self.value
        return item


class Desk:
    """The endpoint, as another system reaches it."""

    def __init__(self, api: Api, key: str) -> None:
        self.api = api
        self.key = key

    async def raw(self, method: str, path: str, **content: Any) -> httpx.Response:
        return await self.api.raw(method, V2 + path, **content)

    async def get(self, schema: str, path: str, **query: Any) -> Said:
        """The answer at `path`, which has no ending: in JSON, and the same in XML."""
        headers = query.pop("headers", None)
        in_json, in_xml = [
            await self.raw("GET", f"{path}.{form}", params=query, headers=headers) for form in ("json", "xml")
        ]
        value = read(schema, in_json)
        assert read(schema, in_xml) == as_texts(value)
        assert in_xml.status_code == in_json.status_code
        return Said(in_json, value)

    async def refused(self, path: str, **query: Any) -> Said:
        """The refusal at `path`, the same in both formats."""
        return await self.get("errors", path, **query)

    async def post(self, schema: str, path: str = "/requests", form: str = "json", **content: Any) -> Said:
        """Post a form with the key; `files` makes it multipart."""
        data = {"api_key": self.key, **content.pop("data", {})}
        answer = await self.raw("POST", f"{path}.{form}", data=data, **content)
        return Said(answer, read(schema, answer))

    async def requested(self, **fields: Any) -> str:
        """Request a service; the id."""
        said = await self.post("taken", data={"service_code": "lighting", "address_string": "1号楼", **fields})
        assert said.status == 200, said.value
        return str(said.only["service_request_id"])


def read(schema: str, answer: httpx.Response) -> Any:
    """The content of an answer, checked."""
    schema = schema if answer.status_code == 200 else "errors"
    form = Format.JSON if answer.url.path.endswith(".json") else Format.XML
    assert answer.headers["content-type"] == MEDIA_TYPES[form], answer.text
    return check(schema, answer.json()) if form is Format.JSON else read_xml(schema, answer.content)


async def a_place(api: Api, **fields: Any) -> str:
    made = await api.made(OPERATOR, "/places", {"community": HERE, **fields})
    return str(made["id"])


async def a_served_community(api: Api) -> tuple[str, list[str]]:
    """A unit, a compound with a point, and three buildings: the first two with points of their own."""
    unit = await api.made(
        OPERATOR, "/units", {"community": HERE, "code": "property", "kind": "property", "title": "物业公司"}
    )
    compound = await a_place(api, kind="compound", title="都市小区", point={"lon": LON, "lat": LAT})
    houses = [
        await a_place(
            api,
            kind="building",
            title=f"{number}号楼",
            parent=compound,
            number=number,
            floors=18,
            **({"point": {"lon": LON + number * STEP, "lat": LAT}} if number < 3 else {}),
        )
        for number in (1, 2, 3)
    ]
    return unit["id"], houses


async def a_key(api: Api, **fields: Any) -> Any:
    """A key that was given out."""
    return await api.made(OPERATOR, KEYS, {"community": HERE, "title": "城市热线", **fields})


async def shown(store: Kept) -> None:
    """Bring the rows of lists up to date with what was committed."""
    await store.projection.rebuild()
    await store.projection.catch_up()


async def dispatched(api: Api, case: str, unit: str, **accept: Any) -> None:
    await api.made(STAFF, f"/cases/{case}/accept", accept)
    await api.made(STAFF, f"/cases/{case}/dispatch", {"unit": unit})


async def closed(api: Api, case: str, unit: str) -> None:
    """Bring a case that was reported to its end."""
    await dispatched(api, case, unit)
    done = (await api.photo(HANDLER)).json["id"]
    await api.made(HANDLER, f"/cases/{case}/handle", {"photos": [done]})
    await api.made(SUPERVISOR, f"/cases/{case}/verify", {})
