"""A client that reads and writes as FixMyStreet's does, as far as what it does is known.

XML only; its base address ends in a slash; it keeps fields in a hash, so that they come in another order each time, and
repeats the name of an attribute that has several values; it sends multipart with `photo1` …; asks for a token at most
five times; comes by for windows of an hour and keeps what was updated in them; drops rows without an id or coordinates;
makes a state of a status, and knows no others; takes compressed answers; reads errors from `errors/error` alone; and
takes `status_notes` as the text of an update when it asks for requests by id.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import httpx

from tests.contract.open311.reading import read_xml

Row = dict[str, Any]
SENT = (
    "OPEN",
    "IN_PROGRESS",
    "ACTION_SCHEDULED",
    "INVESTIGATING",
    "FIXED",
    "CLOSED",
    "DUPLICATE",
    "NOT_COUNCILS_RESPONSIBILITY",
    "NO_FURTHER_ACTION",
    "INTERNAL_REFERRAL",
    "CANCELLED",
    "REOPEN",
)
"""The statuses that it sends with updates."""
_STATES = {
    "open": "confirmed",
    "fixed": "fixed - council",
    "closed": "closed",
    "no further action": "unable to fix",
    "not councils responsibility": "not responsible",
}
_SAME = ("investigating", "in progress", "planned", "action scheduled", "for triage", "duplicate", "internal referral")
STATES: Mapping[str, str] = {**_STATES, **dict.fromkeys(_SAME, "")}
"""What it makes of a status that it is told; an empty state is called like its status."""


class Refused(Exception):
    """The endpoint said no; the message is what it said."""


@dataclass
class Poller:
    """The client. `base` ends in a slash."""

    base: str
    http: httpx.AsyncClient
    api_key: str = ""
    dice: random.Random = field(default_factory=lambda: random.Random(311))

    async def services(self) -> list[Row]:
        return [*await self._get("services", "services.xml")]

    async def definition(self, code: str) -> Row:
        return dict(await self._get("definition", f"services/{code}.xml"))

    async def send(self, photos: Sequence[bytes], **fields: Any) -> Row:
        """Send a report; what was said of it."""
        return dict(self._read("taken", await self._post("requests.xml", fields, photos))[0])

    async def id_of(self, token: str) -> str:
        """The id behind `token`, asked for at most five times."""
        for _ in range(5):
            found = await self._get("token", f"tokens/{token}.xml")
            if found and found[0]["service_request_id"]:
                return str(found[0]["service_request_id"])
        raise Refused("no id behind the token")

    async def news(self, end: datetime) -> list[Row]:
        """What was updated in the hour before `end`."""
        start = end - timedelta(hours=1)
        rows = await self._get("requests", "requests.xml", start_date=_text(start), end_date=_text(end))
        return [
            row
            for row in rows
            if row["service_request_id"]
            and row["lat"]
            and row["long"]
            and start <= datetime.fromisoformat(row["updated_datetime"]) <= end
        ]

    async def texts(self, *ids: str) -> dict[str, str]:
        """The notes of the requests `ids`."""
        rows = await self._get("requests", "requests.xml", service_request_id=",".join(ids))
        return {row["service_request_id"]: row["status_notes"] for row in rows}

    async def updates(self, end: datetime) -> list[Row]:
        """The updates of the hour before `end`, with the states that it makes of statuses."""
        start = end - timedelta(hours=1)
        rows = await self._get("updates", "servicerequestupdates.xml", start_date=_text(start), end_date=_text(end))
        words = [row["status"].lower().replace("_", " ") for row in rows]
        return [{**row, "status": STATES[word] or word} for row, word in zip(rows, words, strict=True)]

    async def update(self, photos: Sequence[bytes] = (), **fields: Any) -> str:
        """Send an update; its id among theirs."""
        answer = await self._post("servicerequestupdates.xml", fields, photos)
        return str(self._read("updated", answer)[0]["update_id"])

    async def _post(self, path: str, fields: Mapping[str, Any], photos: Sequence[bytes]) -> httpx.Response:
        named = list({**fields, "api_key": self.api_key}.items())
        self.dice.shuffle(named)
        files = {f"photo{n}": (f"{n}.jpeg", photo, "image/jpeg") for n, photo in enumerate(photos, 1)}
        return await self.http.post(self.base + path, data=dict(named), files=files or None)

    async def _get(self, schema: str, path: str, **query: str) -> Any:
        return self._read(schema, await self.http.get(self.base + path, params=query))

    def _read(self, schema: str, answer: httpx.Response) -> Any:
        if answer.status_code == 200:
            return read_xml(schema, answer.content)
        errors = ElementTree.fromstring(answer.content).findall("./error")  # noqa: S314  of our own server
        raise Refused("; ".join(f"{each.findtext('code')} {each.findtext('description')}" for each in errors))


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S%z")
