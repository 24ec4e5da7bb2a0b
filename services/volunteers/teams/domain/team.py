"""Teams as they are kept, what is asked of them, and what they refuse."""

from datetime import date, datetime

from pydantic import ConfigDict, Field, model_validator

from services.chassis.aggregate import Aggregate
from services.chassis.errors import Conflict, Invalid, NotYours
from services.chassis.principal import Principal, Role
from services.chassis.values import Line, Request, Text
from services.contracts.marks import Id, Masked, Office, Someone, Words
from services.contracts.value import Value
from services.contracts.volunteers import (
    TeamKind,
    TeamState,
)
from services.volunteers.shared.values import Day


class NotRecruiting(
    Conflict, code="team.not-recruiting", zh="该队伍目前不招募队员。", en="The team is not recruiting just now."
):
    """Only the leader or staff may add somebody to a team that is closed."""


class LeaderStays(
    Conflict,
    code="team.leader-stays",
    zh="队长须先移交职责才能退出。",
    en="The leader hands over first, then leaves.",
):
    """A team always has a leader."""


class NotAMember(Conflict, code="team.not-a-member", zh="对方不是该队伍的成员。", en="They are not in this team."):
    """Only a member can lead."""


class NotInvited(
    Conflict, code="team.not-invited", zh="没有等待答复的邀请。", en="There is no invitation to this team."
):
    """Who was not invited has nothing to decline."""


class NoApplication(
    Conflict, code="team.no-application", zh="没有等待答复的入队申请。", en="There is no application to this team."
):
    """Who has not applied is neither admitted nor refused."""


class CallIsOver(Invalid, code="team.call-is-over", zh="招募截止日期不能早于今天。", en="A call ends today or later."):
    """A team looks for people until a day that is still to come."""


class Dissolved(Conflict, code="team.dissolved", zh="该队伍已经解散。", en="The team is dissolved."):
    """Nothing more happens in a team that is no more."""


class Form(Request):
    """Form a new team. The caller leads it, unless `leader` is given."""

    community: Id
    title: Line
    title_en: Line | None = None
    kind: TeamKind
    leader: Id | None = None
    recruiting: bool = True
    by_application: bool = False


class Rename(Request):
    """Another name."""

    title: Line
    title_en: Line | None = None


class Call(Request):
    """Look for people: whom, until when, and whether they apply. `recruiting` false ends it."""

    recruiting: bool = True
    by_application: bool = False
    call: Text | None = None
    call_until: Day | None = None


class Apply(Request):
    """Want to join; `words` are for the leader and staff."""

    words: Text | None = None


class Invite(Request):
    """Ask somebody to join."""

    person: Id


class Decide(Request):
    """Decide about somebody's application; a refusal has a reason."""

    person: Id
    admit: bool
    reason: Text | None = None

    @model_validator(mode="after")
    def _reasoned(self) -> "Decide":
        if not self.admit and self.reason is None:
            raise ValueError("a refusal has a reason")
        return self


class ChangeTeam(Request):
    """Ask a member to lead, open or close recruiting."""

    leader: Id | None = None
    recruiting: bool | None = None


class Membership(Request):
    """The person whom a command is about: the caller, unless `person` is given."""

    person: Id | None = None


class Application(Value):
    """Somebody who wants to join. `refused_because` is null while it waits."""

    model_config = ConfigDict(frozen=True)

    person: Someone[str]
    words: Words[str | None] = Field(default=None, repr=False)
    at: datetime
    refused_because: Office[str | None] = Field(default=None, repr=False)


class Team(Aggregate):
    """A group of people with a leader. `people`: its members, the leader among them; `invited`: who may join;
    `asked_to_lead`: the member who is to say whether they lead it.
    """

    title: Office[Masked]
    title_en: Office[Masked | None] = None
    kind: TeamKind
    leader: Someone[str]
    people: Someone[frozenset[str]]
    recruiting: bool
    formed_at: datetime
    by_application: bool = False
    call: Office[Masked | None] = None
    call_until: date | None = None
    invited: Someone[frozenset[str]] = frozenset()
    applications: tuple[Application, ...] = ()
    asked_to_lead: Someone[str | None] = None
    dissolved: bool = False

    @property
    def everybody(self) -> set[str]:
        """The members, who was invited, and who has applied."""
        return {*self.people, *self.invited, *(each.person for each in self.applications)}

    def application(self, person: str) -> Application | None:
        """The application of a person that waits for an answer."""
        waiting = (each for each in self.applications if each.person == person and each.refused_because is None)
        return next(waiting, None)

    def public(self) -> TeamState:
        return TeamState(
            title=self.title,
            title_en=self.title_en,
            kind=self.kind,
            leader=self.leader,
            members=len(self.people),
            recruiting=self.recruiting,
            formed_at=self.formed_at,
            by_application=self.by_application,
            call=self.call,
            call_until=self.call_until,
            dissolved=self.dissolved,
        )

    def is_run_by(self, by: Principal) -> bool:
        """Whether `by` leads the team, or is staff."""
        return by.sub == self.leader or by.has(self.community, Role.STAFF)


def require_standing(team: Team) -> None:
    """Raises Dissolved where the team is no more."""
    if team.dissolved:
        raise Dissolved()


def require_run_by(team: Team, by: Principal) -> None:
    """Refuse whoever neither leads the team nor is staff.

    Raises:
        NotYours, Dissolved: `by` is neither, or the team is no more.
    """
    by.require(team.community)
    if not team.is_run_by(by):
        raise NotYours()
    require_standing(team)
