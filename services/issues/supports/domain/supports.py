"""Supports: a person is affected by a case too, or stands behind a wish. Each is an aggregate of its own.

They are no names in the case: so five hundred people at once don't wait for each other's version, a hundred thousand
don't outgrow a document, and the id of the aggregate makes each of them one. The case and the wish hold how many they
are, counted from the supports and never added up.
"""

from datetime import datetime
from enum import StrEnum

from services.chassis.aggregate import Aggregate, Decision, decided
from services.chassis.principal import SYSTEM, Principal, Role
from services.chassis.values import Request
from services.contracts.event import Event
from services.contracts.issues import SupportAnonymised, SupportGiven, SupportWithdrawn, SupportWithheld
from services.contracts.marks import Id, Someone, Thing


class Subject(StrEnum):
    """The kinds of things that can be supported."""

    CASE = "case"
    WISH = "wish"


class GiveSupport(Request):
    """Me too. `person`: the staff write down somebody who called or came by."""

    person: Id | None = None


class Support(Aggregate):
    """`person` supports `subject`, while `active`. After erasure `person` is a name that leads to nobody.

    `withheld`: not everybody might know of the subject when the support changed last, so nobody is told of the support.
    """

    subject: Thing[str]
    of: Subject
    person: Someone[str]
    active: bool = True
    forgotten: bool = False
    withheld: bool = False
    since: datetime

    @property
    def withholds(self) -> bool:
        return self.withheld

    def told(self, event: Event) -> SupportWithheld:
        return SupportWithheld()


def supporter(command: GiveSupport, community: str, by: Principal) -> str:
    """The person whom a command speaks of.

    Raises:
        NotYours: the caller is no member of the community, or speaks for another person and is not staff.
    """
    if command.person in (None, by.sub):
        by.require(community)
        return by.sub
    by.require(community, Role.STAFF)
    return str(command.person)


def first_support(
    id: str,
    subject: str,
    of: Subject,
    community: str,
    person: str,
    by: Principal,
    now: datetime,
    *,
    public: bool = True,
) -> Decision[Support]:
    """`person` supports `subject`, for the first time. `public`: everybody may know of `subject`.

    `id` belongs to the person and the subject, but may not lead back to them: topics name it for withheld supports too.
    """
    by.require(community)
    support = Support(id=id, community=community, subject=subject, of=of, person=person, withheld=not public, since=now)
    given = SupportGiven(subject=subject, of=of, person=person, own=by.sub == person, by=by.sub)
    return decided(support, given)


def support_again(support: Support, by: Principal, now: datetime, *, public: bool = True) -> Decision[Support]:
    """The person supports the subject again. Nothing changes where they support it already."""
    by.require(support.community)
    if support.active or support.forgotten:
        return decided(support)
    changed = support.model_copy(update={"active": True, "since": now, "withheld": not public})
    given = SupportGiven(
        subject=support.subject, of=support.of, person=support.person, own=by.sub == support.person, by=by.sub
    )
    return decided(changed, given)


def say_again(support: Support) -> Decision[Support]:
    """The subject has become public: the support is told for the first time, or once more."""
    if not support.active or support.forgotten:
        return decided(support)
    changed = support.model_copy(update={"withheld": False})
    return decided(changed, SupportGiven(subject=support.subject, of=support.of, person=support.person, by=SYSTEM))


def withdraw(support: Support, by: Principal, now: datetime, *, public: bool = True) -> Decision[Support]:
    """The person supports the subject no longer. Nothing changes where they did not."""
    by.require(support.community)
    if not support.active or support.forgotten:
        return decided(support)
    changed = support.model_copy(update={"active": False, "withheld": not public})
    return decided(changed, SupportWithdrawn(subject=support.subject, of=support.of, person=support.person, by=by.sub))


def forget_supporter(support: Support, stand_in: str, *, public: bool = True) -> Decision[Support]:
    """Put `stand_in` in the person's place. All supports that are forgotten at once get the same, so the person counts
    once."""
    if support.forgotten:
        return decided(support)
    changed = support.model_copy(update={"person": stand_in, "forgotten": True, "withheld": not public})
    return decided(changed, SupportAnonymised(subject=support.subject, of=support.of))
