"""The commands by which a case begins and is filed: report, a finding handed over, accept, reject."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from pydantic import Field

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Invalid, NotYours
from services.chassis.principal import Principal, Role
from services.chassis.values import Line, Request, Text
from services.contracts.issues import CaseAccepted, CasePhase, CaseRejected, CaseReported, CaseShown, Channel
from services.contracts.marks import Code, Id
from services.issues.cases.domain.affected import raised
from services.issues.cases.domain.case import Case, of_category, on_record, with_remark
from services.issues.cases.domain.clock import Clocks
from services.issues.cases.domain.evidence import require_unused
from services.issues.cases.domain.handling import EvidenceMissing
from services.issues.cases.domain.transitions import WHO, CaseCommand, target
from services.issues.catalogue.domain.catalogue import Catalogue
from services.issues.catalogue.domain.questions import Answers, answered, fitting
from services.issues.places.domain.datum import GivenPoint
from services.issues.places.domain.places import Place, PlaceIsRetired
from services.issues.privacy.domain.contact import Contact, Sealed, require_guardian
from services.issues.rounds.domain.visits import Finding, Visit
from services.issues.shared.values import AttachmentIds, Floor, PhotoIds, PhotoOrigin, Story

_BY_WORKERS = frozenset({Channel.GRID_WORKER, Channel.STAFF, Channel.HOTLINE})
_CHANNEL_ROLES = {
    Channel.GRID_WORKER: Role.GRID_WORKER,
    Channel.STAFF: Role.STAFF,
    Channel.HOTLINE: Role.STAFF,
}


class PlaceElsewhere(
    Invalid, code="case.place-elsewhere", zh="该地点不属于本社区。", en="That place belongs to another community."
):
    """Places belong to one community."""


class TitleByResident(
    Invalid,
    code="case.title-by-resident",
    zh="公开标题由社区工作人员拟定，请填写问题描述。",
    en="The public title is written by workers; please describe the problem in the text.",
):
    """A resident's words may hold what should not be public."""


class AnonymousIsNobody(
    Invalid,
    code="case.anonymous-is-nobody",
    zh="匿名上报不能填写上报人或联系方式。",
    en="An anonymous report names no reporter and no contact.",
):
    """An anonymous report can't name somebody who can be called back."""


class Report(Request):
    """A problem somebody saw. `channel` left out: what the caller's highest role is.

    `place` is any place of the tree; `floor` and `spot` say more where it is a building. `answers`: to the questions of
    the category. `reporter`: staff name whom they report for. `fixed`: a worker has put it right; `after` shows it.
    `anonymous`: nobody is shown who reports; a resident can follow it all the same, a worker reports for nobody.
    `minor`: the reporter is under fourteen; `consent`: the guardian, whose contact it is, has agreed.
    `me_too`: it is the same as that case; then the caller joins it, and nothing else of the report is kept.
    """

    community: Id
    category: Code
    place: Id
    floor: Floor | None = None
    spot: Line | None = None
    text: Story | None = None
    point: GivenPoint | None = None
    title: Line | None = None
    channel: Channel | None = None
    reporter: Id | None = None
    anonymous: bool = False
    minor: bool = False
    consent: bool = False
    contact: Contact | None = None
    before: PhotoIds = ()
    after: PhotoIds = ()
    attachments: AttachmentIds = ()
    fixed: bool = False
    answers: Answers = Field(default_factory=dict)
    me_too: Id | None = None


class Accept(Request):
    """File it; staff may write a public title and correct the category."""

    title: Line | None = None
    category: Code | None = None


class Reject(Request):
    """Do not take it up. The reason goes to the reporter and is public, masked."""

    reason: Text


def report(
    id: str,
    command: Report,
    place: Place,
    catalogue: Catalogue,
    by: Principal,
    now: datetime,
    *,
    contact: Sealed | None = None,
    gateway: Channel | None = None,
    clocks: Clocks | None = None,
    number: str | None = None,
    seen: Mapping[str, PhotoOrigin] = MappingProxyType({}),
) -> Decision[Case]:
    """A problem is reported at `place`, which is the place the command names, under the community's `catalogue`.

    Args:
        contact: the contact that the command brings, sealed for this case.
        gateway: the channel, where a gateway of its own took the report and knows whose it is.
        clocks: of the deployment; without them the verification of what was fixed on the spot has no deadline.
        number: its short number, drawn for it.
        seen: what is known of the photos that show what was fixed on the spot.

    Raises:
        AnonymousIsNobody: an anonymous report names somebody.
        GuardianMustAgree: a child's contact is not that of a guardian who agreed.
        NotYours: the caller's roles don't allow the channel, or to report for another person.
        TitleByResident: a resident gave a public title.
        EvidenceMissing: fixed on the spot, without the photo that the category asks for.
        EvidenceUsed: fixed on the spot, with a photo that something else shows.
        PlaceIsRetired, UnknownCategory, AnswersRefused: as they say.
    """
    channel = gateway or command.channel or _channel_of(command.community, by)
    how = CaseCommand.FIX if command.fixed else CaseCommand.FILE if channel in _BY_WORKERS else CaseCommand.REPORT
    by.require(command.community, *WHO[how])
    if gateway is None:
        _require_channel(command, channel, by)
    if place.community != command.community:
        raise PlaceElsewhere()
    if place.retired:
        raise PlaceIsRetired()
    if command.title is not None and channel not in _BY_WORKERS:
        raise TitleByResident()
    require_guardian(command.minor, command.contact, command.consent)
    category = catalogue.category(command.category)
    if command.fixed and category.evidence and not command.after:
        raise EvidenceMissing()
    require_unused(command.after if command.fixed else (), seen)
    answers = answered(category.questions, command.answers)
    case = Case(
        id=id,
        number=number,
        community=command.community,
        **of_category(category),
        title=command.title,
        catalogue=catalogue.version,
        answers=answers,
        place=place.outer,
        at=place.id,
        point=None if command.point is None else command.point.point(),
        building=place.building,
        floor=command.floor if place.storey is None else place.storey,
        spot=command.spot,
        channel=channel,
        reporter=_reporter(command, channel, by),
        anonymous=command.anonymous,
        minor=command.minor,
        guardian_agreed_at=now if command.minor and command.consent else None,
        contact=contact,
        attachments=command.attachments,
        text=command.text,
        status=target(None, how),
        on_the_spot=command.fixed,
        handlers=frozenset({by.sub}) if command.fixed else frozenset(),
        handled_at=now if command.fixed else None,
        before=command.before,
        after=command.after,
        reported_at=now,
    )
    if command.fixed and clocks is not None:
        case = clocks.begin(case, CasePhase.VERIFICATION, now)
    return on_record(case, case.acting(by), event_from(CaseReported, case))


def report_finding(
    id: str,
    visit: Visit,
    finding: Finding,
    catalogue: Catalogue,
    *,
    finder: bool = True,
    number: str | None = None,
) -> Decision[Case]:
    """The case that a finding becomes which the walker of a round handed over; without its `finder`, who was erased."""
    category = catalogue.known(finding.category)
    case = Case(
        id=id,
        number=number,
        community=visit.community,
        **of_category(category),
        catalogue=catalogue.version,
        answers=fitting(category.questions, finding.answers),
        title=finding.title,
        place=visit.building,
        at=finding.at or visit.building,
        building=visit.building,
        floor=visit.floor,
        spot=finding.spot,
        channel=Channel.ROUND,
        reporter=visit.walker if finder else None,
        text=finding.note,
        round=visit.round,
        visit=visit.id,
        status=target(None, CaseCommand.FILE),
        before=finding.before,
        after=finding.after,
        reported_at=visit.visited_at,
    )
    return decided(case, event_from(CaseReported, case))


def may_accept(case: Case, by: Principal, now: datetime) -> None:
    """Raises what `by` is refused for who would file the case."""
    by.require(case.community, *WHO[CaseCommand.ACCEPT])
    target(case.status, CaseCommand.ACCEPT)


def may_reject(case: Case, by: Principal, now: datetime) -> None:
    """Raises what `by` is refused for who would decline the case."""
    by.require(case.community, *WHO[CaseCommand.REJECT])
    target(case.status, CaseCommand.REJECT)


def accept(case: Case, command: Accept, catalogue: Catalogue, by: Principal, now: datetime) -> Decision[Case]:
    """File the case."""
    may_accept(case, by, now)
    changes: dict[str, Any] = {"status": target(case.status, CaseCommand.ACCEPT)}
    if command.category is not None:
        changes |= of_category(catalogue.category(command.category))
        changes["catalogue"] = catalogue.version
        changes["priority"] = raised(changes["priority"], case.raised)
    if command.title is not None:
        changes["title"] = command.title
    changed = Case.model_validate(case.model_dump() | changes)
    shown = [event_from(CaseShown, changed)] if changed.is_public and not case.is_public else []
    return decided(changed, *shown, event_from(CaseAccepted, changed, by=by.sub))


def reject(case: Case, command: Reject, by: Principal, now: datetime) -> Decision[Case]:
    """Decline the case, with the reason."""
    may_reject(case, by, now)
    changed = case.model_copy(
        update={
            "status": target(case.status, CaseCommand.REJECT),
            "closed_at": now,
            "remarks": with_remark(case, CaseCommand.REJECT, command.reason, by, now),
        }
    )
    return decided(changed, event_from(CaseRejected, changed, reason=command.reason, by=by.sub))


def _reporter(command: Report, channel: Channel, by: Principal) -> str | None:
    """The reporter, who follows, rates and reopens the case; None where a worker reports for a passer-by."""
    if not command.anonymous:
        return command.reporter or by.sub
    if command.reporter is not None or command.contact is not None:
        raise AnonymousIsNobody()
    return None if channel in _BY_WORKERS else by.alias


def _channel_of(community: str, by: Principal) -> Channel:
    if by.has(community, Role.STAFF):
        return Channel.STAFF
    return Channel.GRID_WORKER if by.has(community, Role.GRID_WORKER) else Channel.RESIDENT


def _require_channel(command: Report, channel: Channel, by: Principal) -> None:
    role = _CHANNEL_ROLES.get(channel)
    if role is None and channel is not Channel.RESIDENT:
        raise NotYours()
    if role is not None and not by.has(command.community, role):
        raise NotYours()
    if command.reporter in (None, by.sub):
        return
    # What comes through the residents' channel is a resident's own: that they belong here is read from it.
    if channel is Channel.RESIDENT or not by.has(command.community, Role.STAFF):
        raise NotYours()
