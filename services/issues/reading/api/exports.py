"""The route of the export: a CSV sheet of all cases that match the filters, sent line by line while they are read."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from services.chassis.errors import NotYours
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.problems import problems
from services.chassis.principal import Role
from services.chassis.store.mongo import Database
from services.contracts.marks import Id
from services.issues.reading.api.filters import FiltersDep
from services.issues.reading.exporting import sheet
from services.issues.shared.unchanging import Unchanging
from services.issues.units.domain import Unit

MEDIA_TYPE = "text/csv; charset=utf-8"


class _Sheet(StreamingResponse):
    media_type = MEDIA_TYPE


def router(database: Database, units: Unchanging[Unit]) -> APIRouter:
    """The route of the export."""
    routes = APIRouter(prefix="/api/issues/v1", tags=["reading"])

    @routes.get(
        "/cases.csv",
        summary="Cases as a CSV sheet (staff)",
        response_class=_Sheet,
        responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}, **problems(NotYours)},
    )
    async def export(
        principal: PrincipalDep, filters: FiltersDep, community: Annotated[Id, Query()]
    ) -> StreamingResponse:
        """A sheet of cases for staff, the newest first, as CSV by RFC 4180 in UTF-8 with a byte order mark. The columns
        of Open311's bulk format stand first, then ours, with the `number` that people say. Free text is masked, and no
        cell is a formula.
        """
        principal.require(community, Role.STAFF)
        content: AsyncIterator[str] = sheet(database, units, community, filters)
        headers = {"Content-Disposition": f'attachment; filename="cases-{community}.csv"', "Cache-Control": "no-store"}
        return _Sheet(content, headers=headers)

    return routes
