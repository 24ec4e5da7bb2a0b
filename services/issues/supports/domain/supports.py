"""Supports: who is affected by a case too, or stands behind a wish. One aggregate for one person and one thing.

They are aggregates of their own, not names in the case: five hundred people at once don't wait for each other's
version, a hundred thousand don't outgrow a document, and the name of the aggregate makes each of them one. The case and
the wish hold how many they are, counted from here (`tallies`), never added up.
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
    """What can be supported."""

    CASE = "case"
    WISH = "wish"


class GiveSupport(Request):
    """Me too. `person`: the staff write down somebody who called or came by."""

    person: Id | None = None


class Support(Aggregate):
    """`person` supports `subject`, while `active`. After erasure `person` is a name that leads to nobody.

    `withheld`: the subject was not for everybody when this changed last; neither is then that they support it.
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
    """Whom a command speaks of.

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

    `id` belongs to both, and may not lead back to them: topics tell it of what is not public too.
    """
    by.require(community)
    support = Support(id=id, community=community, subject=subject, of=of, person=person, withheld=not public, since=now)
    given = SupportGiven(subject=subject, of=of, person=person, own=by.sub == person, by=by.sub)
    return decided(support, given)


def support_again(support: Support, by: Principal, now: datetime, *, public: bool = True) -> Decision[Support]:
    """They support it; nothing where they do already."""
    by.require(support.community)
    if support.active or support.forgotten:
        return decided(support)
    changed = support.model_copy(update={"active": True, "since": now, "withheld": not public})
    given = SupportGiven(
        subject=support.subject, of=support.of, person=support.person, own=by.sub == support.person, by=by.sub
    )
    return decided(changed, given)


def say_again(support: Support) -> Decision[Support]:
    """The subject has become public: that they support it is said for the first time, or once more."""
    if not support.active or support.forgotten:
        return decided(support)
    changed = support.model_copy(update={"withheld": False})
    return decided(changed, SupportGiven(subject=support.subject, of=support.of, person=support.person, by=SYSTEM))


def withdraw(support: Support, by: Principal, now: datetime, *, public: bool = True) -> Decision[Support]:
    """They support it no longer; nothing where they didn't."""
    by.require(support.community)
    if not support.active or support.forgotten:
        return decided(support)
    changed = support.model_copy(update={"active": False, "withheld": not public})
    return decided(changed, SupportWithdrawn(subject=support.subject, of=support.of, person=support.person, by=by.sub))


def forget_supporter(support: Support, stand_in: str, *, public: bool = True) -> Decision[Support]:
    """Put `stand_in` in the person's place. It is one for all that is forgotten of them at once, so they stay one."""
    if support.forgotten:
        return decided(support)
    changed = support.model_copy(update={"person": stand_in, "forgotten": True, "withheld": not public})
    return decided(changed, SupportAnonymised(subject=support.subject, of=support.of))
