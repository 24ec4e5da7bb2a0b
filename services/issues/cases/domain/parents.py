"""Parents and children: a matter of several units is split into cases, one for each.

Children are cases of their own, as many as there are, each with its own unit, clocks and outcome; they point to their
parent, which holds their number. One level: a child has no children, so that nobody has to look for the whole of it.
Closing a parent closes no child, and the other way round. The part of a case that is not public is not public either.
"""

from datetime import datetime

from pydantic import Field

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Conflict, UnknownAggregate
from services.chassis.principal import SYSTEM, Principal
from services.chassis.values import Line, Request, Text
from services.contracts.issues import CaseAdopted, CaseReleased, CaseReported, Channel
from services.contracts.marks import Code, Id
from services.issues.cases.domain.case import Case, on_record
from services.issues.cases.domain.reporting import Report, report
from services.issues.cases.domain.transitions import CLOSED, WHO, CaseCommand, not_now
from services.issues.catalogue.domain.catalogue import Catalogue
from services.issues.catalogue.domain.questions import Answers
from services.issues.places.domain.places import Place
from services.issues.shared.values import Floor


class OneLevelOnly(
    Conflict,
    code="case.one-level-only",
    zh="子案件不能再有子案件。",
    en="A child has no children, and a parent has no parent.",
):
    """A part has no parts of its own; nor is a case its own parent."""


class ParentIsClosed(
    Conflict,
    code="case.parent-is-closed",
    zh="主案件已结案或已并案。",
    en="The parent is closed, or merged into another case.",
):
    """A case that is over is not split any more."""


class AdoptCase(Request):
    """The case is a part of `parent`."""

    parent: Id


class SplitOff(Request):
    """A part of a case, for a unit of its own. What is left out is as in the whole."""

    category: Code
    title: Line
    text: Text | None = None
    place: Id | None = None
    floor: Floor | None = None
    spot: Line | None = None
    answers: Answers = Field(default_factory=dict)


def may_adopt(case: Case, by: Principal, now: datetime) -> None:
    """Raises what `by` is refused for who would make the case a part of another one."""
    by.require(case.community, *WHO[CaseCommand.ADOPT])
    if case.children:
        raise OneLevelOnly()


def may_release(case: Case, by: Principal, now: datetime) -> None:
    """Raises what `by` is refused for who would take the case out of another one, and where it is in none."""
    by.require(case.community, *WHO[CaseCommand.RELEASE])
    if case.parent is None:
        raise not_now(case.status, CaseCommand.RELEASE)


def may_split_off(parent: Case, by: Principal, now: datetime) -> None:
    """Raises what `by` is refused for who would split a part off the case."""
    by.require(parent.community, *WHO[CaseCommand.SPLIT_OFF])
    _require_parent(parent, parent.community)


def adopt(
    case: Case, command: AdoptCase, parent: Case, by: Principal, now: datetime, *, has_children: bool = False
) -> Decision[Case]:
    """Make the case a child of `parent`, which is the case that the command names.

    `has_children`: it has some, public or not; what it counts itself may be the public ones alone.

    Raises:
        UnknownAggregate: there is none in this community; that another has one is not told.
        OneLevelOnly, ParentIsClosed: as they say.
    """
    by.require(case.community, *WHO[CaseCommand.ADOPT])
    _require_parent(parent, case.community)
    may_adopt(case, by, now)
    if parent.id == case.id or has_children:
        raise OneLevelOnly()
    if case.parent == parent.id:
        return decided(case)
    within = case.within_private or not parent.is_public
    changed = case.model_copy(update={"parent": parent.id, "within_private": within})
    return decided(changed, event_from(CaseAdopted, changed, previous_parent=case.parent, by=by.sub))


def release(case: Case, by: Principal, now: datetime) -> Decision[Case]:
    """The case is no part of another one any more. If it is none now, nothing changes."""
    by.require(case.community, *WHO[CaseCommand.RELEASE])
    return let_go(case, by.sub)


def let_go(case: Case, by: str = SYSTEM) -> Decision[Case]:
    """Release the case without asking who may: two people may have made two cases each other's child."""
    if case.parent is None:
        return decided(case)
    changed = case.model_copy(update={"parent": None})
    return decided(changed, event_from(CaseReleased, changed, previous_parent=case.parent, by=by))


def split_off(
    id: str,
    command: SplitOff,
    parent: Case,
    place: Place,
    catalogue: Catalogue,
    by: Principal,
    now: datetime,
    *,
    number: str | None = None,
) -> Decision[Case]:
    """Split a child off `parent`, at `place`. The child has no reporter: the reporter of the whole hears of the whole.

    Raises:
        OneLevelOnly, ParentIsClosed: as they say; and what a report by the staff is refused for.
    """
    may_split_off(parent, by, now)
    inherited = command.place is None
    whole = report(
        id,
        Report(
            community=parent.community,
            place=place.id,
            channel=Channel.STAFF,
            category=command.category,
            title=command.title,
            text=command.text,
            answers=command.answers,
            floor=parent.floor if command.floor is None and inherited else command.floor,
            spot=parent.spot if command.spot is None and inherited else command.spot,
        ),
        place,
        catalogue,
        by,
        now,
        number=number,
    ).aggregate
    within = not parent.is_public
    child = whole.model_copy(update={"parent": parent.id, "reporter": None, "within_private": within})
    return on_record(child, by, event_from(CaseReported, child))


def _require_parent(parent: Case, community: str) -> None:
    if parent.community != community:
        raise UnknownAggregate(kind="case", id=parent.id)
    if parent.parent is not None:
        raise OneLevelOnly()
    if parent.status in CLOSED:
        raise ParentIsClosed()
