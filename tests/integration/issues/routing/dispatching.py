"""A community with three units and a past: cases that were reported, filed, sometimes corrected, and handled."""

import asyncio
from dataclasses import dataclass
from typing import Any

from services.chassis.clock import utc_now
from services.chassis.principal import Principal, Role
from services.contracts.issues import UnitKind
from services.issues.routing.sweeps import Training
from tests.integration.issues.calling import OPERATOR, Api, a_community
from tests.integration.issues.kept import Kept
from tests.unit.issues.routing.complaints import KINDS, sentences
from tests.unit.issues.world import HERE, STAFF, SUPERVISOR, person

RESPONSIBLE = {"lighting": "property", "pipe": "property", "noise": "street", "parking": "street", "waste": "cleaning"}
RESIDENTS = tuple(person(f"resident-{n}", Role.RESIDENT) for n in range(1, 5))


@dataclass
class Past:
    """`units`: their ids by code; `house`: a building; `cases`: the ids of what was reported."""

    units: dict[str, str]
    house: str
    compound: str
    cases: list[str]

    def handler(self, unit: str) -> Principal:
        """Somebody of the unit `unit`, by its id."""
        return person(f"handler-of-{unit}", Role.HANDLER, units=(unit,))


async def a_past(api: Api, each: int = 12) -> Past:
    """`each` handled cases of each kind. Every fourth was reported as `other` and filed rightly by the staff."""
    property_, [house, *_] = await a_community(api)
    units = {"property": property_}
    for code in ("street", "cleaning"):
        body = {"community": HERE, "code": code, "kind": UnitKind.ALLIANCE, "title": code}
        units[code] = (await api.made(OPERATOR, "/units", body))["id"]
    compound = (await api.get(STAFF, f"/places/{house}")).json["parent"]
    past = Past(units, house, compound, [])
    lives = await asyncio.gather(*(_of_a_kind(api, past, kind, each) for kind in KINDS))
    past.cases = [id for life in lives for id in life]
    return past


async def _of_a_kind(api: Api, past: Past, kind: str, each: int) -> list[str]:
    cases: list[str] = []
    unit = past.units[RESPONSIBLE[kind]]
    for number, text in enumerate(sentences(kind, each)):
        reported_as = "other" if number % 4 == 0 else kind
        id = await reported(api, past, text, reported_as, RESIDENTS[number % len(RESIDENTS)])
        await api.made(STAFF, f"/cases/{id}/accept", {"category": kind})
        await api.made(STAFF, f"/cases/{id}/dispatch", {"unit": unit})
        await handled(api, past, id, unit)
        cases.append(id)
    return cases


async def reported(
    api: Api, past: Past, text: str, category: str = "lighting", by: Principal = RESIDENTS[0], **more: Any
) -> str:
    """Report `text`; the id of the case."""
    body = {"community": HERE, "category": category, "place": past.house, "text": text, **more}
    return str((await api.made(by, "/cases", body))["id"])


async def handled(api: Api, past: Past, id: str, unit: str) -> None:
    """The unit does the work and shows it; somebody else has seen it."""
    handler = past.handler(unit)
    photo = (await api.photo(handler)).json["id"]
    await api.made(handler, f"/cases/{id}/handle", {"photos": [photo]})
    await api.made(SUPERVISOR, f"/cases/{id}/verify", {})


async def taught(api: Api, store: Kept) -> dict[str, Any]:
    """A model, trained at once on what there is."""
    asked = await api.made(STAFF, "/routing/models", {"community": HERE})
    await Training(store.cases, store.routing).once(utc_now)
    return dict((await api.get(STAFF, f"/routing/models/{asked['id']}")).json)
