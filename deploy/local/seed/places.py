"""The compound with its buildings, and the partner units."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.local.seed import tables
from deploy.local.seed.api import COMMUNITY, Api, Hand
from deploy.local.seed.cast import staff

_PLACES = "/api/issues/v1/places"
_UNITS = "/api/issues/v1/units"
_GATE = (114.5165, 38.0432)


@dataclass(frozen=True)
class Ground:
    """Ids of what stands. `buildings` by number, `units` by the kind of unit."""

    compound: str
    buildings: Mapping[int, str]
    units: Mapping[str, str]


async def are_known(api: Api) -> bool:
    """Whether the community has places: somebody has begun to load."""
    return bool(await staff(api).all(_PLACES, kind="compound"))


async def prepare(api: Api) -> Ground:
    """Register what isn't known yet."""
    desk = staff(api)
    known = {
        place["title"]: place["id"] for kind in ("compound", "building") for place in await desk.all(_PLACES, kind=kind)
    }
    compound = known.get(tables.COMPOUND) or await _register_compound(desk)
    buildings = await asyncio.gather(*(_building(desk, compound, each, known) for each in tables.buildings()))
    await _lay_out(desk, {each.number: id for each, id in zip(tables.buildings(), buildings, strict=True)}[9])
    registered = {unit["code"]: unit["id"] for unit in await desk.all(_UNITS)}
    units = await asyncio.gather(*(_unit(desk, each, registered) for each in tables.units()))
    by_number = {each.number: id for each, id in zip(tables.buildings(), buildings, strict=True)}
    by_kind = {each.kind: id for each, id in zip(reversed(tables.units()), reversed(units), strict=True)}
    return Ground(compound, by_number, by_kind)


def _point(number: int) -> dict[str, str | float]:
    """Where a building of the made-up compound stands, as a map of this country has it: four in a row, about seventy
    metres apart. 0: the gate."""
    row, column = divmod(max(number - 1, 0), 4)
    east, north = (column, row) if number else (1.5, -0.6)
    return {"lon": round(_GATE[0] + 0.0008 * east, 6), "lat": round(_GATE[1] + 0.0006 * north, 6), "datum": "GCJ-02"}


async def _register_compound(desk: Hand) -> str:
    body = {"community": COMMUNITY, "kind": "compound", "title": tables.COMPOUND, "point": _point(0)}
    place = await desk.post(_PLACES, body, what=f"Registering {tables.COMPOUND}", once=tables.COMPOUND)
    return str(place["id"])


async def _building(desk: Hand, compound: str, building: tables.Building, known: Mapping[str, str]) -> str:
    title = f"{building.number}号楼"
    if title in known:
        return known[title]
    body = {
        "community": COMMUNITY,
        "kind": "building",
        "parent": compound,
        "title": title,
        "point": _point(building.number),
        **building.model_dump(),
    }
    place = await desk.post(_PLACES, body, what=f"Registering {title}", once=title)
    return str(place["id"])


async def _lay_out(desk: Hand, building: str) -> None:
    """The floors of one building, so that stickers can be printed and a lamp on the seventh floor be named."""
    body = {"spots": ["电梯厅", "楼梯间"]}
    await desk.post(f"{_PLACES}/{building}/floors", body, what="Laying out No. 9", once="floors of No. 9")


async def _unit(desk: Hand, unit: tables.Unit, known: Mapping[str, str]) -> str:
    if unit.code in known:
        return known[unit.code]
    body = {"community": COMMUNITY, **unit.model_dump()}
    made = await desk.post(_UNITS, body, what=f"Registering {unit.title}", once=f"unit {unit.code}")
    return str(made["id"])
