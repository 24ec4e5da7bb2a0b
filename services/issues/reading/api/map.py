"""The route of the map, which is GeoJSON (RFC 7946) of single cases or of clusters."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from services.chassis.errors import NotYours
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.language import Language, language_of
from services.chassis.http.pages import counts, link
from services.chassis.http.problems import problems
from services.chassis.http.tags import listed
from services.chassis.principal import Role
from services.chassis.store.cursor import InvalidCursor
from services.chassis.store.mongo import Document
from services.contracts.issues import CaseStatus
from services.contracts.marks import Code, Id
from services.issues.cases.domain.transitions import STATUS_WORDS
from services.issues.places.domain.datum import Datum
from services.issues.reading.maps import BoxTooLarge, Cluster, Maps, NotABox, ShownOnMap, read_box, shown_in
from services.issues.reading.titles import Titles

MEDIA_TYPE = "application/geo+json"
_TOLD = ("number", "status", "category", "priority", "title", "building", "unit", "overdue", "affected")


class Geometry(BaseModel):
    """A position: longitude, latitude."""

    type: Literal["Point"] = "Point"
    coordinates: list[float] = Field(min_length=2, max_length=2)


class Feature(BaseModel):
    """A single case, or a cluster of cases where `cluster` is true."""

    type: Literal["Feature"] = "Feature"
    id: str
    geometry: Geometry
    properties: dict[str, Any]


class FeatureCollection(BaseModel):
    """GeoJSON. `datum` is the datum of the coordinates; WGS84 is that of standard GeoJSON. `next` is the cursor of
    further single cases.

    The first page counts the features: `total` where it holds all of them, else `at_least`.
    """

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[Feature]
    datum: Datum
    clustered: bool
    next: str | None = None
    total: int | None = None
    at_least: int | None = None


class GeoJson(Response):
    """An answer with the media type of GeoJSON."""

    media_type = MEDIA_TYPE


def router(maps: Maps, titles: Titles) -> APIRouter:
    """The route of the map."""
    routes = APIRouter(prefix="/api/issues/v1/map", tags=["reading"])

    @routes.get(
        "",
        summary="Cases in a box on the map (GeoJSON)",
        response_model=FeatureCollection,
        response_class=GeoJson,
        responses=problems(NotYours, NotABox, BoxTooLarge, InvalidCursor),
    )
    async def cases_in(
        request: Request,
        principal: PrincipalDep,
        community: Annotated[Id, Query()],
        bbox: Annotated[str, Query(max_length=120, description="west,south,east,north in degrees of `datum`.")],
        zoom: Annotated[
            int | None, Query(ge=0, le=22, description="Of the map; clusters become 64 to 128 pixels wide.")
        ] = None,
        datum: Annotated[Datum, Query(description="Of `bbox` and of the answer.")] = Datum.WGS84,
        status: Annotated[Literal["open", "done", "all"], Query()] = "open",
        category: Annotated[list[Code] | None, Query(max_length=50)] = None,
        cluster: Annotated[
            bool | None, Query(description="Left out: single cases where few places are in view.")
        ] = None,
        limit: Annotated[int, Query(ge=1, le=1000, description="Single cases on a page, at most.")] = 500,
        cursor: Annotated[str | None, Query(max_length=4096, description="`next` of the page before.")] = None,
    ) -> Response:
        """Cases in a box. Everybody sees cases of public categories at the point of their building or compound or,
        where that has none, within some hundred metres of where they were reported. Workers see all cases, each at its
        own point where it has one (`exact`). A case is in the box if its place is.
        """
        principal.require(community)
        works = principal.has(community, Role.STAFF, Role.SUPERVISOR, Role.GRID_WORKER)
        box = read_box(bbox, datum)
        shown = ShownOnMap(None if status == "all" else status == "open", not works, category)
        leaves = None if cluster else await maps.leaves(community, box, shown)
        if leaves is None and cluster is False:
            raise BoxTooLarge()
        if leaves is None:
            clusters = await maps.clusters(community, box, shown, zoom)
            return _answer(request, [_cluster(each, datum) for each in clusters], datum, clustered=True)
        rows, following = await maps.points(community, box, leaves, shown, limit, cursor)
        names = await _names(titles, community, rows, language_of(request))
        points = [_case(row, datum, works, names(row)) for row in rows]
        return _answer(request, points, datum, clustered=False, following=following)

    return routes


def _answer(
    request: Request, features: list[Document], datum: Datum, *, clustered: bool, following: str | None = None
) -> Response:
    content = {
        "type": "FeatureCollection",
        "features": features,
        "datum": datum.value,
        "clustered": clustered,
        "next": following,
        **counts(len(features), following, request),
    }
    headers = {"Cache-Control": "private, max-age=5", **link(following, request)}
    return listed(orjson.dumps(content), headers, request, media_type=MEDIA_TYPE)


def _cluster(cluster: Cluster, datum: Datum) -> Document:
    properties = {"cluster": True, "count": cluster.count, "open": cluster.open, "zoom": cluster.level}
    position = shown_in(datum, cluster.lon, cluster.lat)
    return _feature(f"cell-{cluster.level}-{cluster.cell}", position, properties)


async def _names(
    titles: Titles, community: str, rows: Sequence[Document], language: Language
) -> Callable[[Document], Document]:
    """Gives for each of `rows` the words beside its codes and ids."""
    units = await titles.of_units((row.get("unit") for row in rows), language)
    buildings = await titles.of_places(row.get("building") for row in rows)
    categories = await titles.of_categories(community, language)

    def names(row: Document) -> Document:
        status = STATUS_WORDS[CaseStatus(row["status"])]
        return {
            "status": status.zh if language == "zh" else status.en,
            "category": categories.get(row["category"]),
            "building": buildings.get(row.get("building") or ""),
            "unit": units.get(row.get("unit") or ""),
        }

    return names


def _case(row: Document, datum: Datum, works: bool, names: Document) -> Document:
    properties = {"cluster": False, "id": row["_id"], **{name: row.get(name) for name in _TOLD}, "names": names}
    position = shown_in(datum, row["lon"], row["lat"])
    if works:
        properties["exact"] = shown_in(datum, *row["exact"]) if row.get("exact") else None
        position = properties["exact"] or position
    return _feature(row["_id"], position, properties)


def _feature(id: str, position: list[float], properties: Document) -> Document:
    geometry = {"type": "Point", "coordinates": position}
    return {"type": "Feature", "id": id, "geometry": geometry, "properties": properties}
