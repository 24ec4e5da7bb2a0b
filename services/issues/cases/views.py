"""What the API shows of each aggregate: its public state, its version, and the inside to whom it concerns."""

from typing import Any, TypeVar

from pydantic import BaseModel, Field

from services.chassis.aggregate import assembled
from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Stored
from services.contracts.issues import CaseState, PlaceKind, RoundState, UnitState, VisitState, WishState
from services.issues.cases.domain.case import Case, Remark
from services.issues.cases.domain.redaction import Words, words_for
from services.issues.catalogue.domain.questions import Answer
from services.issues.places.domain.datum import GivenPoint, Point
from services.issues.places.domain.places import Place
from services.issues.privacy.domain.contact import Contact
from services.issues.rounds.domain.rounds import Round
from services.issues.rounds.domain.visits import Finding, Visit
from services.issues.units.domain import Unit
from services.issues.wishes.domain.wishes import Progress, Wish

V = TypeVar("V", bound=BaseModel)


class _Identified(BaseModel):
    id: str
    community: str
    version: int = Field(description="Number of events so far; also the ETag.")


class UnitView(UnitState, _Identified):
    """A partner organisation."""


class PlaceView(_Identified):
    """A place of the tree. `path`: what it stands in. `building`: the one it is or is in; `storey`: its floor.

    `point` is given in the datum that it came in. Members of the community see all places; others see none.
    """

    kind: PlaceKind
    title: str
    parent: str | None
    path: tuple[str, ...]
    building: str | None
    storey: int | None
    number: int | None
    floors: int | None
    households: int | None
    residents: int | None
    grid: str | None
    point: GivenPoint | None
    retired: bool


class StepView(BaseModel):
    """One place on the way down to another."""

    id: str
    kind: PlaceKind
    title: str
    number: int | None


class CaseInside(BaseModel):
    """What only the reporter, workers and the handling unit see of a case. Words are masked as `showing` says."""

    at: str | None = Field(description="The exact place in the tree.")
    point: Point | None = Field(description="Where the reporter stood, in WGS84; `datum` is what they sent it in.")
    floor: int | None
    spot: str | None
    answers: dict[str, Answer] = Field(description="To the questions of the category.")
    catalogue: int = Field(description="The edition of the catalogue that it was filed under.")
    text: str | None
    before: tuple[str, ...] = Field(description="Ids of photos taken before.")
    after: tuple[str, ...] = Field(description="Ids of photos taken after the handling.")
    attachments: tuple[str, ...] = Field(description="Ids of recordings and PDFs that came with the report.")
    attachments_after: tuple[str, ...] = Field(description="Ids of those that came with the handling.")
    minor: bool | None = Field(description="Whether the reporter is under fourteen; null to the handling unit.")
    evidence: bool = Field(description="Whether handling needs a photo taken afterwards.")
    remarks: tuple[Remark, ...]
    visit: str | None


class CaseView(CaseState, _Identified):
    """A case; `inside` is null to whom it does not concern.

    `contact` is told by `GET /cases/{id}` alone, to whom it concerns: answers to commands are kept to be repeated, and
    what is kept holds no contact.
    """

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
    """A wish. `mine`: the caller supports it. `reports`: how its plan went on.

    `text`, whether it is `hidden`, and what for, is for its proposer and the staff; nobody else sees a hidden one.
    """

    mine: bool
    reports: tuple[Progress, ...] = ()
    text: str | None = None
    hidden: bool | None = None
    hidden_for: str | None = None


def unit_view(stored: Stored[Unit]) -> UnitView:
    return _shown(UnitView, stored)


def place_view(stored: Stored[Place]) -> PlaceView:
    place = stored.aggregate
    given = {name: getattr(place, name) for name in PlaceView.model_fields.keys() - {"version", "path", "point"}}
    point = None if place.point is None else place.point.as_given()
    return PlaceView(version=stored.version, path=place.above, point=point, **given)


def case_view(stored: Stored[Case], by: Principal, contact: Contact | None = None) -> CaseView:
    """The case as `by` may see it; `contact` is the opened one, if `by` may see it and is to be told now."""
    words = words_for(stored.aggregate, by)
    inside = None if words is None else _inside(stored.aggregate, words)
    return _shown(CaseView, stored, inside=inside, contact=contact)


def round_view(stored: Stored[Round]) -> RoundView:
    round = stored.aggregate
    return _shown(RoundView, stored, buildings_planned=len(round.buildings), buildings_covered=len(round.covered))


def visit_view(stored: Stored[Visit], by: Principal) -> VisitView:
    """The visit as `by` may see it."""
    visit = stored.aggregate
    works = by.sub == visit.walker or by.has(visit.community, Role.STAFF, Role.SUPERVISOR, Role.GRID_WORKER)
    inside = [_finding(finding) for finding in visit.findings] if works else None
    public = {} if works else visit.public().__dict__
    return _shown(VisitView, stored, **{**public, "client_id": visit.client_id, "inside": inside})


def wish_view(stored: Stored[Wish], by: Principal, *, supports: bool) -> WishView:
    """The wish as `by` may see it. `supports`: they joined its proposer."""
    wish = stored.aggregate
    state = {name: getattr(wish, name) for name in WishState.model_fields}
    more: dict[str, Any] = {"mine": supports or by.sub in wish.people, "reports": wish.reports}
    if by.sub == wish.proposer or by.has(wish.community, Role.STAFF):
        more |= {"text": wish.text, "hidden": wish.hidden, "hidden_for": wish.hidden_for}
    return WishView(id=wish.id, community=wish.community, version=stored.version, **state, **more)


def _inside(case: Case, words: Words) -> CaseInside:
    told = {name: getattr(words, name) for name in Words.__dataclass_fields__}
    rest = {name: getattr(case, name) for name in CaseInside.model_fields.keys() - told.keys()}
    return assembled(CaseInside, told | rest)


def _finding(finding: Finding) -> FindingView:
    return FindingView(**_taken(finding, FindingView))


def _taken(source: BaseModel, model: type[BaseModel]) -> dict[str, Any]:
    return {name: getattr(source, name) for name in model.model_fields}


def _shown(view: type[V], stored: Stored[Any], **more: Any) -> V:
    state = stored.aggregate.public_state
    identity = {"id": stored.aggregate.id, "community": stored.aggregate.community, "version": stored.version}
    return assembled(view, {**state.__dict__, **identity, **more})
