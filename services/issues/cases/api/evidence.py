"""The route of the evidence of a handling: who verifies reads when its photos were sent, and when they were taken."""

from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, RootModel

from services.chassis.errors import NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.problems import problems
from services.contracts.marks import Id
from services.issues.cases.api.changes import BASE, Changes
from services.issues.cases.domain.evidence import may_weigh_evidence
from services.issues.uploads.photos import Photos


class EvidenceView(BaseModel):
    """The facts about one photo of the handling."""

    photo: str
    uploaded_at: datetime
    taken_at: datetime | None = Field(description="As the camera said, if it did and credibly.")


class EvidenceOfCase(RootModel[list[EvidenceView]]):
    """The photos of the handling, in the order in which they came."""


def router(changes: Changes, photos: Photos) -> APIRouter:
    """The route of the evidence of cases."""
    routes = APIRouter(prefix=BASE, tags=["cases"])

    @routes.get(
        "/{id}/evidence",
        response_model=EvidenceOfCase,
        summary="The times at which photos of the handling were taken",
        responses=problems(UnknownAggregate, NotYours),
    )
    async def evidence(id: Id, principal: PrincipalDep) -> Response:
        """For who may verify the case, and nobody else: neither the unit that handled it nor who reported it."""
        stored, by = await changes.known(id, principal)
        if not may_weigh_evidence(stored.aggregate, by):
            raise NotYours()
        found = await photos.those_of(stored.aggregate.after)
        shown = [EvidenceView(photo=each.id, uploaded_at=each.uploaded_at, taken_at=each.taken_at) for each in found]
        return Response(EvidenceOfCase(shown).model_dump_json(), media_type="application/json")

    return routes
