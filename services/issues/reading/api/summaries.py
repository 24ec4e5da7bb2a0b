"""The route of a round's summary: its coverage and findings, what was fixed on the spot, and what is still open."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from services.chassis.clock import Clock
from services.chassis.errors import NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.language import LanguageDep
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known, known_to
from services.chassis.store.aggregates import Aggregates
from services.contracts.issues import BuildingTally, RoundSummary
from services.contracts.issues import RoundStatus as Stage
from services.contracts.marks import Id
from services.issues.cases.presenting import CasePresenter
from services.issues.cases.store import visible_to
from services.issues.catalogue.domain.catalogue import Catalogue, UnknownCategory
from services.issues.privacy.vault import Vault
from services.issues.reading.conditions import Reach
from services.issues.reading.round_status import OPEN_SHOWN, RoundReader, RoundStatus
from services.issues.rounds.domain.rounds import Round
from services.issues.shared.natural_order import naturally


class SharedRate(BaseModel):
    """A share of `of`; `rate` is null where `of` is 0."""

    share: float | None
    of: int


class FoundOf(BaseModel):
    """Findings of one category."""

    category: str
    zh: str
    en: str
    findings: int
    fixed_on_the_spot: int


class FoundIn(BuildingTally):
    """The floors walked in one building, and the findings there by category."""

    title: str | None
    number: int | None
    by_category: list[FoundOf]


class OpenCase(BaseModel):
    """A case of the round that isn't settled. It has no deadline until a unit is given the case."""

    id: str
    category: str
    title: str | None
    building: str | None
    status: str
    unit: str | None
    due_at: datetime | None
    overdue: bool
    names: dict[str, str] = Field(description="The words for category, building and unit, in the caller's language.")


class CasesOf(BaseModel):
    """The cases that were made of findings. `coming` counts findings whose case is not made yet, which takes
    seconds."""

    cases: int
    coming: int
    open: int
    overdue: int
    put_right: int
    waiting: list[OpenCase] = Field(max_length=OPEN_SHOWN, description="The most urgent first.")


class SummaryView(RoundSummary):
    """A round in its present state. `compound_covered` of `compound_buildings` were walked in this or an earlier
    round."""

    id: str
    community: str
    status: Stage
    completed_at: datetime | None
    fixed_rate: SharedRate
    put_right_rate: SharedRate
    by_building: list[FoundIn]  # type: ignore[assignment]  # each with more than is published
    by_category: list[FoundOf]  # type: ignore[assignment]
    handed_over_cases: CasesOf


def router(
    rounds: Aggregates[Round], reader: RoundReader, cases: CasePresenter, vault: Vault, clock: Clock
) -> APIRouter:
    """The route of summaries, whose open cases are named as `cases` names them."""
    routes = APIRouter(prefix="/api/issues/v1/rounds", tags=["rounds"])

    @routes.get(
        "/{id}/summary",
        response_model=SummaryView,
        summary="The summary of a round",
        responses=problems(NotYours, UnknownAggregate),
    )
    async def summary(id: Id, principal: PrincipalDep, language: LanguageDep) -> Response:
        """The summary of a round, counted at this moment, also while the round is being walked, with its cases in their
        present state.

        Findings and cases that the caller may know of are counted and named: for the committee all, for everybody else
        the public ones.
        """
        round = (await known(rounds, id, known_to(principal))).aggregate
        shown = visible_to(await vault.known(principal), round.community)
        everything = Reach.of(principal, round.community).inside
        status = await reader.status(round, clock(), shown, everything=everything)
        places = await reader.places.those_of(round.buildings)
        names = {place.id: (place.title, place.number) for place in places.values()}
        open_cases = [case["state"] for case in status.handed_over.waiting]
        named = await cases.names_in(round.community, open_cases, language)
        view = _view(round, status, await reader.catalogues.of(round.community), names, named)
        return Response(view.model_dump_json(), media_type="application/json")

    return routes


def _view(
    round: Round,
    status: RoundStatus,
    catalogue: Catalogue,
    names: Mapping[str, tuple[str | None, int | None]],
    named: Sequence[dict[str, str]],
) -> SummaryView:
    """The view of a round. `named`: the words for each case that waits."""
    summary = status.summary
    crossed: defaultdict[str, list[FoundOf]] = defaultdict(list)
    for (building, category), (found, fixed) in sorted(status.found.items()):
        crossed[building].append(_of(catalogue, category, found, fixed))
    waiting = [
        OpenCase(id=case["_id"], names=words, **{"title": None, **case["state"]})
        for case, words in zip(status.handed_over.waiting, named, strict=True)
    ]
    cases = status.handed_over
    return SummaryView(
        **summary.model_dump(exclude={"by_building", "by_category"}),
        id=round.id,
        community=round.community,
        status=round.status,
        completed_at=round.completed_at,
        fixed_rate=_rate(summary.fixed_on_the_spot, summary.findings),
        put_right_rate=_rate(summary.fixed_on_the_spot + cases.put_right, summary.findings),
        by_building=sorted(
            (_in(tally, crossed[tally.building], names) for tally in summary.by_building), key=_in_natural_order
        ),
        by_category=[_of(catalogue, c.category, c.findings, c.fixed_on_the_spot) for c in summary.by_category],
        handed_over_cases=CasesOf(
            cases=cases.cases,
            coming=max(0, summary.handed_over - cases.cases),
            open=cases.open,
            overdue=cases.overdue,
            put_right=cases.put_right,
            waiting=waiting,
        ),
    )


def _in(tally: BuildingTally, found: list[FoundOf], names: Mapping[str, tuple[str | None, int | None]]) -> FoundIn:
    title, number = names.get(tally.building, (None, None))
    return FoundIn(**tally.model_dump(), title=title, number=number, by_category=found)


def _in_natural_order(found: FoundIn) -> tuple[bool, int, str]:
    """Buildings by their numbers, 9 before 10; those without one, and the open grounds, come last."""
    return (found.number is None, found.number or 0, naturally(found.title or ""))


def _of(catalogue: Catalogue, code: str, findings: int, fixed: int) -> FoundOf:
    """The findings of the category `code`, which is named by its code where no edition of the catalogue has it."""
    try:
        category = catalogue.known(code)
    except UnknownCategory:
        return FoundOf(category=code, zh=code, en=code, findings=findings, fixed_on_the_spot=fixed)
    return FoundOf(category=code, zh=category.zh, en=category.en, findings=findings, fixed_on_the_spot=fixed)


def _rate(part: int, whole: int) -> SharedRate:
    return SharedRate(share=part / whole if whole else None, of=whole)
