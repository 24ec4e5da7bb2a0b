"""The catalogue of categories over HTTP: what is in force, the editions before it, and its editing."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import Command, CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.refusals import IfMatchMalformed
from services.chassis.http.tags import etagged, match_versions, tag
from services.chassis.store.aggregates import Stored
from services.chassis.values import Line
from services.chassis.values import Request as Body
from services.contracts.issues import Priority, UnitKind
from services.contracts.marks import Code, Id
from services.issues.catalogue.domain.catalogue import Catalogue, Category, Deadlines, Group, UnknownCategory
from services.issues.catalogue.domain.editions import (
    AdoptEdition,
    CatalogueMalformed,
    CodeChangesMeaning,
    Edition,
    adopt,
    other_than_addressed,
    require_editor,
    says_the_same,
    with_category,
    without_category,
)
from services.issues.catalogue.domain.questions import Question
from services.issues.catalogue.residential import RESIDENTIAL
from services.issues.catalogue.store import Catalogues
from services.issues.shared.unchanging import Unchanging
from services.issues.units.domain import Unit, unit_id

BASE = "/api/issues/v1"
_EDITING = (NotYours, StaleVersion, IfMatchMalformed, CatalogueMalformed, CodeChangesMeaning)


class CategoryView(BaseModel):
    """A category and its promise. `hours` is about how long handling takes; `deadlines` say it exactly.

    `evidence`: handling needs a photo taken afterwards. `questions` stand in the order in which they are asked.
    """

    code: str
    group: str
    zh: str
    en: str
    unit_kind: UnitKind
    unit: str | None
    priority: Priority
    hours: int
    deadlines: Deadlines
    evidence: bool
    public: bool
    filing_zh: str
    filing_en: str
    closing_zh: str
    closing_en: str
    questions: tuple[Question, ...]
    retired: bool = Field(default=False, description="Of an earlier edition; no report is taken under it.")

    @classmethod
    def of(cls, category: Category, *, retired: bool = False) -> "CategoryView":
        given = {name: getattr(category, name) for name in cls.model_fields.keys() - {"hours", "retired"}}
        return cls(hours=category.deadlines.handling.hours, retired=retired, **given)


class CatalogueView(BaseModel):
    """One edition. Edition 0 comes with the service; a community has it until it adopts one of its own."""

    version: str
    groups: tuple[Group, ...]
    items: list[CategoryView]
    retired: list[CategoryView]

    @classmethod
    def of(cls, catalogue: Catalogue) -> "CatalogueView":
        return cls(
            version=str(catalogue.version),
            groups=catalogue.groups,
            items=[CategoryView.of(category) for category in catalogue.categories],
            retired=[CategoryView.of(category, retired=True) for category in catalogue.retired],
        )


class EditionView(BaseModel):
    """An edition as the list of editions shows it."""

    version: int
    categories: int
    retired: int
    note: str | None
    by: str
    adopted_at: str

    @classmethod
    def of(cls, stored: Stored[Edition]) -> "EditionView":
        edition = stored.aggregate
        return cls(
            version=edition.edition,
            categories=len(edition.categories),
            retired=len(edition.retired),
            note=edition.note,
            by=edition.by,
            adopted_at=edition.adopted_at.isoformat(),
        )


class PutCategory(Body):
    """One category as it is to be. `reworded`: the category has another name now and means the same."""

    category: Category
    reworded: bool = False
    note: Line | None = None


@dataclass(frozen=True, slots=True)
class _Editor:
    """Puts editions of `catalogues` in force, whose categories may name `units`."""

    catalogues: Catalogues
    units: Unchanging[Unit]

    async def adopted(
        self, community: str, body: AdoptEdition, before: Catalogue, command: Command, request: Request
    ) -> Response:
        """Put `body` in force after `before`. What is in force already was applied, whatever If-Match says."""
        allowed = match_versions(request.headers.get("if-match"))
        if not says_the_same(before, body):
            if allowed is not None and before.version not in allowed:
                raise StaleVersion(version=before.version)
            units, by = await self._named(community, body), command.principal
            before = await self.catalogues.adopt(
                community, before, lambda now: adopt(community, body, before, units, by, now), command.cause
            )
        shown = CatalogueView.of(before).model_dump_json()
        return Response(shown, headers={"ETag": tag(before.version)}, media_type="application/json")

    async def _named(self, community: str, body: AdoptEdition) -> set[str]:
        """The codes of units that `body` names and the community has."""
        named = {category.unit for category in body.categories if category.unit is not None}
        known = await self.units.those_of([unit_id(community, code) for code in sorted(named)])
        return {unit.code for unit in known.values()}


def router(catalogues: Catalogues, units: Unchanging[Unit]) -> APIRouter:
    """The routes of the catalogue. A category may name one of `units`."""
    routes = APIRouter(prefix=BASE, tags=["categories"])

    @routes.get(
        "/categories",
        response_model=CatalogueView,
        summary="The categories under which reports are taken",
        responses=problems(NotYours, UnknownAggregate),
    )
    async def categories(
        request: Request,
        principal: PrincipalDep,
        community: Annotated[Id | None, Query(description="Left out: what communities begin with.")] = None,
        version: Annotated[int | None, Query(ge=0, le=1_000_000, description="An earlier edition.")] = None,
    ) -> Response:
        if community is None:
            return _shown(RESIDENTIAL, request)
        principal.require(community)
        if version is None:
            return _shown(await catalogues.of(community), request)
        return _shown(await catalogues.edition(community, version), request)

    @routes.get(
        "/catalogues/{community}/editions",
        response_model=PageView[EditionView],
        summary="The editions of a community's catalogue, the newest first",
        responses=problems(NotYours),
    )
    async def editions(community: Id, request: Request, principal: PrincipalDep, page: PageDep) -> Response:
        principal.require(community)
        found = await catalogues.editions(community, limit=page.limit, cursor=page.cursor)
        return paged(found, EditionView.of, request)

    _editing(routes, catalogues, _Editor(catalogues, units))
    return routes


def _editing(routes: APIRouter, catalogues: Catalogues, editor: _Editor) -> None:
    @routes.put(
        "/catalogues/{community}",
        response_model=CatalogueView,
        summary="Put a catalogue in force",
        responses=problems(*_EDITING),
    )
    async def load(community: Id, body: AdoptEdition, command: CommandDep, request: Request) -> Response:
        """A catalogue that is in force already changes nothing. Cases stay under the edition that they were filed
        under."""
        require_editor(community, command.principal)
        before = await catalogues.latest(community)
        return await editor.adopted(community, body, before, command, request)

    @routes.put(
        "/catalogues/{community}/categories/{code}",
        response_model=CatalogueView,
        summary="Add a category, or change it",
        responses=problems(*_EDITING),
    )
    async def put(
        community: Id,
        code: Annotated[Code, Path()],
        body: PutCategory,
        command: CommandDep,
        request: Request,
    ) -> Response:
        require_editor(community, command.principal)
        if body.category.code != code:
            raise other_than_addressed()
        before = await catalogues.latest(community)
        whole = with_category(before, body.category, reworded=body.reworded, note=body.note)
        return await editor.adopted(community, whole, before, command, request)

    @routes.delete(
        "/catalogues/{community}/categories/{code}",
        response_model=CatalogueView,
        summary="Take no more reports under a category",
        responses=problems(*_EDITING, UnknownCategory),
    )
    async def retire(community: Id, code: Annotated[Code, Path()], command: CommandDep, request: Request) -> Response:
        """The category stays readable for the cases that name it, and its code is not given to anything else."""
        require_editor(community, command.principal)
        before = await catalogues.latest(community)
        whole = without_category(before, code, note=None)
        return await editor.adopted(community, whole, before, command, request)


def _shown(catalogue: Catalogue, request: Request) -> Response:
    return etagged(_Tagged(catalogue), lambda tagged: CatalogueView.of(tagged.catalogue), request)


class _Tagged:
    """A catalogue with the version that its entity tag names."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.version = catalogue.version
