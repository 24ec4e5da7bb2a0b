"""What the API shows of rounds and their visits."""

from pydantic import BaseModel

from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Stored
from services.contracts.issues import RoundState, VisitState
from services.issues.rounds.domain.rounds import Round
from services.issues.rounds.domain.visits import Finding, Visit
from services.issues.shared.views import Identified, shown


class RoundView(RoundState, Identified):
    """A round, with how many of its buildings were walked."""

    buildings_planned: int
    buildings_covered: int


class FindingView(BaseModel):
    """What workers see of a finding."""

    id: str
    note: str | None
    spot: str | None
    before: tuple[str, ...]
    after: tuple[str, ...]


class VisitView(VisitState, Identified):
    """A floor that was walked; `inside` is null to everybody but workers."""

    client_id: str
    inside: list[FindingView] | None = None


def round_view(stored: Stored[Round]) -> RoundView:
    """The round as every member of its community may see it."""
    round = stored.aggregate
    return shown(RoundView, stored, buildings_planned=len(round.buildings), buildings_covered=len(round.covered))


def visit_view(stored: Stored[Visit], by: Principal) -> VisitView:
    """The visit as `by` may see it."""
    visit = stored.aggregate
    works = by.sub == visit.walker or by.has(visit.community, Role.STAFF, Role.SUPERVISOR, Role.GRID_WORKER)
    inside = [_finding(finding) for finding in visit.findings] if works else None
    public = {} if works else visit.public().__dict__
    return shown(VisitView, stored, **{**public, "client_id": visit.client_id, "inside": inside})


def _finding(finding: Finding) -> FindingView:
    return FindingView(**{name: getattr(finding, name) for name in FindingView.model_fields})
