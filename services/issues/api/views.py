"""What the API shows of each aggregate: its public state, its version, and the inside to whom it concerns."""

from typing import Any, TypeVar

from pydantic import BaseModel, Field

from services.chassis.principal import Principal, Role
from services.chassis.store import Stored
from services.contracts.issues import CaseState, PlaceState, RoundState, UnitState, VisitState, WishState
from services.issues.domain.cases import Case, Contact, Remark
from services.issues.domain.places import Place
from services.issues.domain.rounds import Round
from services.issues.domain.units import Unit
from services.issues.domain.visits import Finding, Visit
from services.issues.domain.wishes import Wish

V = TypeVar("V", bound=BaseModel)


class _Identified(BaseModel):
    id: str
    community: str
    version: int = Field(description="Number of events so far; also the ETag.")


class UnitView(UnitState, _Identified):
    """A partner organisation."""


class PlaceView(PlaceState, _Identified):
    """A compound or a building."""


class CaseInside(BaseModel):
    """What only the reporter, workers and the handling unit see of a case."""

    floor: int | None
    spot: str | None
    text: str | None
    before: tuple[str, ...] = Field(description="Ids of photos taken before.")
    after: tuple[str, ...] = Field(description="Ids of photos taken after the handling.")
    evidence: bool = Field(description="Whether handling needs a photo taken afterwards.")
    remarks: tuple[Remark, ...]
    visit: str | None


class CaseView(CaseState, _Identified):
    """A case; `inside` and `contact` are null to whom they don't concern."""

    inside: CaseInside | None = None
    contact: Contact | None = None


class RoundView(RoundState, _Identified):
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


class VisitView(VisitState, _Identified):
    """A floor that was walked; `inside` is null to everybody but workers."""

    client_id: str
    inside: list[FindingView] | None = None


class WishView(WishState, _Identified):
    """A wish. `mine`: the caller supports it. `text` is for its proposer and the staff."""

    mine: bool
    text: str | None = None


def unit_view(stored: Stored[Unit]) -> UnitView:
    return _shown(UnitView, stored)


def place_view(stored: Stored[Place]) -> PlaceView:
    return _shown(PlaceView, stored)


def case_view(stored: Stored[Case], by: Principal) -> CaseView:
    """The case as `by` may see it."""
    case = stored.aggregate
    inside = CaseInside(**_taken(case, CaseInside)) if case.shows_inside_to(by) else None
    return _shown(CaseView, stored, inside=inside, contact=case.contact if case.shows_contact_to(by) else None)


def round_view(stored: Stored[Round]) -> RoundView:
    round = stored.aggregate
    return _shown(RoundView, stored, buildings_planned=len(round.buildings), buildings_covered=len(round.covered))


def visit_view(stored: Stored[Visit], by: Principal) -> VisitView:
    """The visit as `by` may see it."""
    visit = stored.aggregate
    works = by.sub == visit.walker or by.has(Role.STAFF, Role.SUPERVISOR, Role.GRID_WORKER)
    inside = [_finding(finding) for finding in visit.findings] if works else None
    return _shown(VisitView, stored, client_id=visit.client_id, inside=inside)


def wish_view(stored: Stored[Wish], by: Principal) -> WishView:
    """The wish as `by` may see it."""
    wish = stored.aggregate
    text = wish.text if by.sub == wish.proposer or by.has(Role.STAFF) else None
    return _shown(WishView, stored, mine=by.sub in wish.people, text=text)


def _finding(finding: Finding) -> FindingView:
    return FindingView(**_taken(finding, FindingView))


def _taken(source: BaseModel, model: type[BaseModel]) -> dict[str, Any]:
    return {name: getattr(source, name) for name in model.model_fields}


def _shown(view: type[V], stored: Stored[Any], **more: Any) -> V:
    state = stored.aggregate.shown
    identity = {"id": stored.aggregate.id, "community": stored.aggregate.community, "version": stored.version}
    return view(**{name: getattr(state, name) for name in type(state).model_fields}, **identity, **more)
