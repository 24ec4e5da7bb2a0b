"""The views of rounds and their visits in the API."""

from collections.abc import Callable

from pydantic import BaseModel

from services.chassis.http.language import Language
from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Stored
from services.contracts.issues import RoundState, VisitState
from services.issues.rounds.domain.rounds import Round
from services.issues.rounds.domain.visits import Finding, Visit
from services.issues.rounds.names import Names, WalkNames
from services.issues.shared.views import Identified, shown


class RoundView(RoundState, Identified):
    """A round, with the number of its buildings that were walked."""

    buildings_planned: int
    buildings_covered: int
    names: WalkNames


class FindingView(BaseModel):
    """The parts of a finding that only workers see."""

    id: str
    note: str | None
    spot: str | None
    before: tuple[str, ...]
    after: tuple[str, ...]


class VisitView(VisitState, Identified):
    """A floor that was walked; `inside` is null to everybody but workers."""

    client_id: str
    names: WalkNames
    inside: list[FindingView] | None = None


def round_view(names: Names, language: Language) -> Callable[[Stored[Round]], RoundView]:
    """How every member of its community may see a round, whose names were loaded."""

    def view(stored: Stored[Round]) -> RoundView:
        round = stored.aggregate
        return shown(
            RoundView,
            stored,
            buildings_planned=len(round.buildings),
            buildings_covered=len(round.covered),
            names=names.of(round.community, round.buildings, round.unit, language),
        )

    return view


def visit_view(stored: Stored[Visit], by: Principal, names: Names, language: Language) -> VisitView:
    """The visit as `by` may see it. What it names was loaded."""
    visit = stored.aggregate
    works = by.sub == visit.walker or by.has(visit.community, Role.STAFF, Role.SUPERVISOR, Role.GRID_WORKER)
    inside = [_finding(finding) for finding in visit.findings] if works else None
    public = {} if works else visit.public().__dict__
    categories = [finding.category for finding in visit.public().findings]
    called = names.of(visit.community, [visit.building], None, language, categories)
    return shown(VisitView, stored, **{**public, "client_id": visit.client_id, "inside": inside, "names": called})


def _finding(finding: Finding) -> FindingView:
    return FindingView(**{name: getattr(finding, name) for name in FindingView.model_fields})
