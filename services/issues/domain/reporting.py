"""How a case comes into being and is filed: report, a finding handed over, accept, reject."""

from datetime import datetime
from typing import Any

from services.chassis.aggregate import Decision, decided, tell
from services.chassis.errors import NotYours
from services.chassis.principal import Principal, Role
from services.contracts.issues import CaseAccepted, CaseRejected, CaseReported, Channel
from services.contracts.marks import Code, Id
from services.issues.domain.cases import (
    Case,
    Contact,
    EvidenceMissing,
    PlaceElsewhere,
    TitleByResident,
    of_category,
    with_remark,
)
from services.issues.domain.catalogue import Catalogue
from services.issues.domain.places import Place
from services.issues.domain.transitions import WHO, CaseCommand, target
from services.issues.domain.visits import Finding, Visit
from services.issues.domain.words import Floor, Line, PhotoIds, Request, Text

_BY_WORKERS = frozenset({Channel.GRID_WORKER, Channel.STAFF, Channel.HOTLINE})
_CHANNEL_ROLES = {
    Channel.GRID_WORKER: Role.GRID_WORKER,
    Channel.STAFF: Role.STAFF,
    Channel.HOTLINE: Role.STAFF,
}


class Report(Request):
    """A problem somebody saw. `channel` left out: what the caller's highest role is.

    `reporter`: staff name whom they report for. `fixed`: a worker has put it right already; `after` shows it.
    """

    community: Id
    category: Code
    place: Id
    floor: Floor | None = None
    spot: Line | None = None
    text: Text | None = None
    title: Line | None = None
    channel: Channel | None = None
    reporter: Id | None = None
    contact: Contact | None = None
    before: PhotoIds = ()
    after: PhotoIds = ()
    fixed: bool = False


class Accept(Request):
    """File it; staff may write a public title and correct the category."""

    title: Line | None = None
    category: Code | None = None


class Reject(Request):
    """Do not take it up. The reason goes to the reporter and is public, masked."""

    reason: Text


def report(
    id: str, command: Report, place: Place, catalogue: Catalogue, by: Principal, now: datetime
) -> Decision[Case]:
    """A problem is reported at `place`, which is the place the command names, under the community's `catalogue`.

    Raises:
        NotYours: the caller's roles don't allow the channel, or to report for another person.
        TitleByResident: a resident gave a public title.
        EvidenceMissing: fixed on the spot, without the photo that the category asks for.
    """
    channel = command.channel or _channel_of(by)
    how = CaseCommand.FIX if command.fixed else CaseCommand.FILE if channel in _BY_WORKERS else CaseCommand.REPORT
    by.require(command.community, *WHO[how])
    _require_channel(command, channel, by)
    if place.community != command.community:
        raise PlaceElsewhere()
    if command.title is not None and channel not in _BY_WORKERS:
        raise TitleByResident()
    category = catalogue.category(command.category)
    if command.fixed and category.evidence and not command.after:
        raise EvidenceMissing()
    case = Case(
        id=id,
        community=command.community,
        **of_category(category),
        title=command.title,
        place=place.id,
        building=place.building,
        floor=command.floor,
        spot=command.spot,
        channel=channel,
        reporter=command.reporter or by.sub,
        contact=command.contact,
        text=command.text,
        status=target(None, how),
        on_the_spot=command.fixed,
        handlers=frozenset({by.sub}) if command.fixed else frozenset(),
        handled_at=now if command.fixed else None,
        before=command.before,
        after=command.after,
        reported_at=now,
    )
    return decided(case, tell(CaseReported, case))


def report_finding(id: str, visit: Visit, finding: Finding, catalogue: Catalogue) -> Decision[Case]:
    """The case that a finding becomes which the walker of a round handed over."""
    case = Case(
        id=id,
        community=visit.community,
        **of_category(catalogue.category(finding.category)),
        title=finding.title,
        place=visit.building,
        building=visit.building,
        floor=visit.floor,
        spot=finding.spot,
        channel=Channel.ROUND,
        reporter=visit.walker,
        text=finding.note,
        round=visit.round,
        visit=visit.id,
        status=target(None, CaseCommand.FILE),
        before=finding.before,
        after=finding.after,
        reported_at=visit.visited_at,
    )
    return decided(case, tell(CaseReported, case))


def accept(case: Case, command: Accept, catalogue: Catalogue, by: Principal, now: datetime) -> Decision[Case]:
    """File the case."""
    by.require(case.community, *WHO[CaseCommand.ACCEPT])
    changes: dict[str, Any] = {"status": target(case.status, CaseCommand.ACCEPT)}
    if command.category is not None:
        changes |= of_category(catalogue.category(command.category))
    if command.title is not None:
        changes["title"] = command.title
    changed = Case.model_validate(case.model_dump() | changes)
    return decided(changed, tell(CaseAccepted, changed, by=by.sub))


def reject(case: Case, command: Reject, by: Principal, now: datetime) -> Decision[Case]:
    """Decline the case, with the reason."""
    by.require(case.community, *WHO[CaseCommand.REJECT])
    changed = case.model_copy(
        update={
            "status": target(case.status, CaseCommand.REJECT),
            "closed_at": now,
            "remarks": with_remark(case, CaseCommand.REJECT, command.reason, by, now),
        }
    )
    return decided(changed, tell(CaseRejected, changed, reason=command.reason, by=by.sub))


def _channel_of(by: Principal) -> Channel:
    if by.has(Role.STAFF):
        return Channel.STAFF
    return Channel.GRID_WORKER if by.has(Role.GRID_WORKER) else Channel.RESIDENT


def _require_channel(command: Report, channel: Channel, by: Principal) -> None:
    role = _CHANNEL_ROLES.get(channel)
    if role is None and channel is not Channel.RESIDENT:
        raise NotYours()
    if role is not None and not by.has(role):
        raise NotYours()
    if command.reporter not in (None, by.sub) and not by.has(Role.STAFF):
        raise NotYours()
