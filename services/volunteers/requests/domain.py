"""The rules of requests for help: who asks, who decides, and the terms of the need that follows.

The words and the home of the person are shown to staff, and to the volunteers who go there around the time of their
visit.
"""

from datetime import datetime

from pydantic import ConfigDict, Field

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.chassis.errors import Conflict, Forbidden, Invalid, NotYours
from services.chassis.principal import Principal, Role
from services.chassis.values import Line, Request, Text
from services.contracts.holding import emptied
from services.contracts.marks import Code, Id, Office, Personal, Someone, Sort, Thing, Words
from services.contracts.value import Value
from services.contracts.volunteers import (
    HelpGranted,
    HelpRefused,
    HelpRequested,
    HelpRequestErased,
    HelpRequestState,
    HelpRequestStatus,
    HelpRequestWithdrawn,
)
from services.volunteers.people.domain.levels import LOWEST, Level
from services.volunteers.people.domain.profile import Gender
from services.volunteers.shared.values import Moment
from services.volunteers.shared.values.spans import require_span


class InThePast(
    Invalid, code="help-request.in-the-past", zh="只能请求将来的帮助。", en="Help is asked for a time to come."
):
    """The time asked for has passed."""


class DecidedAlready(
    Conflict,
    code="help-request.decided",
    zh="该求助已处理（{status}）。",
    en="It is decided already ({status}).",
):
    """The request was decided or withdrawn before."""


class DecidedByAnother(
    Forbidden,
    code="help-request.decided-by-another",
    zh="本人的求助须由其他工作人员办理。",
    en="Somebody else of the staff decides about one's own request.",
):
    """The member of staff who decides is helped by the request."""


class AskForHelp(Request):
    """A request for help at a time. `helped` is the person for whom staff ask; everybody else asks for themselves."""

    community: Id
    helped: Id | None = None
    category: Code
    starts_at: Moment
    ends_at: Moment
    building: Id | None = None
    home: Line | None = None
    words: Text | None = None


class Grant(Request):
    """The grant of a request, with these terms, at the time asked for unless another is given."""

    starts_at: Moment | None = None
    ends_at: Moment | None = None
    skill: Code | None = None
    skill_level: Level = LOWEST
    seats: int = Field(default=1, ge=1, le=10)
    gender: Gender | None = None
    language: Code | None = None
    insured_only: bool = False
    urgency: int = Field(default=1, ge=1, le=3)
    bring: Line | None = None


class Refuse(Request):
    """The refusal of a request, for a reason that the person who asked can read."""

    reason: Text


class Terms(Value):
    """The terms with which the need is opened."""

    model_config = ConfigDict(frozen=True)

    skill: Thing[str | None] = None
    skill_level: int = LOWEST
    seats: int = 1
    gender: Thing[Gender | None] = None
    language: Thing[str | None] = None
    insured_only: bool = False
    urgency: int = 1
    bring: Office[str | None] = Field(default=None, repr=False)


class HelpRequest(Aggregate):
    """Help that `person` asks for. `helped` is the person who is helped, mostly the same."""

    person: Someone[str]
    helped: Someone[str]
    category: Thing[str]
    starts_at: datetime
    ends_at: datetime
    building: Personal[str | None] = None
    home: Personal[str | None] = Field(default=None, repr=False)
    words: Words[str | None] = Field(default=None, repr=False)
    status: HelpRequestStatus = HelpRequestStatus.ASKED
    need: Thing[str | None] = None
    terms: Terms | None = None
    refused_because: Office[str | None] = Field(default=None, repr=False)
    asked_at: datetime
    erased: bool = False

    def public(self) -> HelpRequestState | None:
        if self.erased:
            return None
        return HelpRequestState(
            person=self.person,
            category=self.category,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            building=self.building,
            status=self.status,
            need=self.need,
        )

    def is_for(self, person: str) -> bool:
        """Whether `person` asked, or is helped."""
        return not self.erased and person in (self.person, self.helped)


def need_of_request(request: str) -> str:
    """The id of a request's need: the same every time, so that no request has two."""
    return derived_id("need", request)


def ask(id: str, command: AskForHelp, by: Principal, now: datetime) -> Decision[HelpRequest]:
    """Ask for help. Residents ask for themselves, staff for anybody.

    Raises:
        NotYours: somebody asks for another person, and is not staff.
        EndsBeforeStart, TooLong, InThePast: the times make no sense.
    """
    by.require(command.community)
    helped = command.helped or by.sub
    if helped != by.sub and not by.has(command.community, Role.STAFF):
        raise NotYours()
    require_span(command.starts_at, command.ends_at)
    if command.starts_at <= now:
        raise InThePast()
    told = {name: getattr(command, name) for name in AskForHelp.model_fields if name != "helped"}
    asked = HelpRequest(id=id, person=by.sub, helped=helped, asked_at=now, **told)
    return decided(asked, event_from(HelpRequested, asked))


def grant(request: HelpRequest, command: Grant, by: Principal, now: datetime) -> Decision[HelpRequest]:
    """Grant the request, as staff. A need follows from the event.

    Raises:
        NotYours, DecidedByAnother: the caller is not staff, or is helped by it.
        DecidedAlready: it was decided or withdrawn.
        EndsBeforeStart, TooLong, InThePast: the times make no sense.
    """
    _require_deciding(request, by)
    starts_at = command.starts_at or request.starts_at
    ends_at = command.ends_at or starts_at + (request.ends_at - request.starts_at)
    require_span(starts_at, ends_at)
    if starts_at <= now:
        raise InThePast()
    changed = request.model_copy(
        update={
            "status": HelpRequestStatus.GRANTED,
            "need": need_of_request(request.id),
            "starts_at": starts_at,
            "ends_at": ends_at,
            "terms": Terms(**{name: getattr(command, name) for name in Terms.model_fields}),
        }
    )
    return decided(changed, event_from(HelpGranted, changed, by=by.sub))


def refuse(request: HelpRequest, command: Refuse, by: Principal, now: datetime) -> Decision[HelpRequest]:
    """Refuse the request, as staff, for a reason.

    Raises:
        NotYours, DecidedByAnother, DecidedAlready: as for `grant`.
    """
    _require_deciding(request, by)
    changed = request.model_copy(update={"status": HelpRequestStatus.REFUSED, "refused_because": command.reason})
    return decided(changed, event_from(HelpRefused, changed, by=by.sub))


def withdraw(request: HelpRequest, by: Principal, now: datetime) -> Decision[HelpRequest]:
    """Withdraw the request, as the person who asked or as staff. Withdrawing it again changes nothing. A need that was
    opened for it is cancelled.

    Raises:
        NotYours: the request is somebody else's.
        DecidedAlready: it was refused.
    """
    by.require(request.community)
    if not request.is_for(by.sub) and not by.has(request.community, Role.STAFF):
        raise NotYours()
    if request.status is HelpRequestStatus.WITHDRAWN:
        return decided(request)
    if request.status is HelpRequestStatus.REFUSED:
        raise DecidedAlready(status=request.status.value)
    changed = request.model_copy(update={"status": HelpRequestStatus.WITHDRAWN})
    return decided(changed, event_from(HelpRequestWithdrawn, changed))


def erase(request: HelpRequest, stand_in: str) -> Decision[HelpRequest]:
    """Erase the person who asked or is helped, with everything that they wrote."""
    if request.erased:
        return decided(request)
    people = {"person": stand_in, "helped": stand_in, "status": HelpRequestStatus.WITHDRAWN, "erased": True}
    changed = request.model_copy(update={**emptied(HelpRequest, Sort.WORDS, Sort.PERSONAL), **people})
    return decided(changed, HelpRequestErased(need=request.need))


def _require_deciding(request: HelpRequest, by: Principal) -> None:
    by.require(request.community, Role.STAFF)
    if by.sub == request.helped:
        raise DecidedByAnother()
    if request.status is not HelpRequestStatus.ASKED:
        raise DecidedAlready(status=request.status.value)
