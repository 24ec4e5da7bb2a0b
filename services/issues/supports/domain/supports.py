"""Supports: a person is affected by a case too, or wants a wish. Each support is an aggregate of its own.

Supporters are not listed in the case or wish. So five hundred people at once don't wait for each other's version, a
hundred thousand don't outgrow a document, and the id of the support makes sure that each person counts once. The case
or wish holds their number, which is counted from the supports and never incremented.
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
    """A support ("me too"). `person` is given by staff who enter somebody that called or came by; without it the caller
    supports."""

    person: Id | None = None


class Support(Aggregate):
    """The support of `subject` by `person`, in force while `active`. After erasure `person` is an id that leads to
    nobody.

    `withheld`: the subject was not public when the support last changed, so the support is not published.
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
    """The person who supports by `command`: its `person`, else the caller.

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
    """Create the support of `subject` by `person`. `public`: everybody may know of `subject`.

    `id` is made of person and subject, but must not lead back to them, because topics name it for withheld supports
    too.
    """
    by.require(community)
    support = Support(id=id, community=community, subject=subject, of=of, person=person, withheld=not public, since=now)
    given = SupportGiven(subject=subject, of=of, person=person, own=by.sub == person, by=by.sub)
    return decided(support, given)


def support_again(support: Support, by: Principal, now: datetime, *, public: bool = True) -> Decision[Support]:
    """Make a withdrawn support active again. An active one stays as it is."""
    by.require(support.community)
    if support.active or support.forgotten:
        return decided(support)
    changed = support.model_copy(update={"active": True, "since": now, "withheld": not public})
    given = SupportGiven(
        subject=support.subject, of=support.of, person=support.person, own=by.sub == support.person, by=by.sub
    )
    return decided(changed, given)


def say_again(support: Support) -> Decision[Support]:
    """Publish the support of a subject that has become public, for the first time or once more."""
    if not support.active or support.forgotten:
        return decided(support)
    changed = support.model_copy(update={"withheld": False})
    return decided(changed, SupportGiven(subject=support.subject, of=support.of, person=support.person, by=SYSTEM))


def withdraw(support: Support, by: Principal, now: datetime, *, public: bool = True) -> Decision[Support]:
    """Withdraw the support. A withdrawn one stays as it is."""
    by.require(support.community)
    if not support.active or support.forgotten:
        return decided(support)
    changed = support.model_copy(update={"active": False, "withheld": not public})
    return decided(changed, SupportWithdrawn(subject=support.subject, of=support.of, person=support.person, by=by.sub))


def forget_supporter(support: Support, stand_in: str, *, public: bool = True) -> Decision[Support]:
    """Replace the person by `stand_in`. All supports of one erasure get the same one, so that the person counts
    once."""
    if support.forgotten:
        return decided(support)
    changed = support.model_copy(update={"person": stand_in, "forgotten": True, "withheld": not public})
    return decided(changed, SupportAnonymised(subject=support.subject, of=support.of))
