"""A child as its guardian entered it: a label that only they and the desk read, consents, and who may pick it up.

A consent is to one version of a text, at a time. Withdrawn, it stays on record; a new one is another record.
"""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from services.chassis.aggregate import Aggregate, Decision, decided, event_from
from services.chassis.errors import Conflict, Invalid, NotYours
from services.chassis.principal import Principal, Role
from services.chassis.values import Request, local_date
from services.contracts.activities import (
    ChildChanged,
    ChildConsentGiven,
    ChildConsentWithdrawn,
    ChildEntered,
    ChildErased,
    ChildState,
)
from services.contracts.marks import Code, Id, Officer, Personal, Someone, Thing, Words
from services.contracts.text import Plain
from services.contracts.value import Value

CONSENT_AGE = 14
"""Below it a guardian decides (Personal Information Protection Law, Art. 31)."""
MAX_PICKUPS = 5
MAX_CONSENTS = 50

Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), Plain]


class BornLater(
    Invalid, code="child.born-later", zh="出生年份不能晚于今年。", en="The birth year is not later than this year."
):
    """Ages are counted from the birth year, so a wrong one would let nobody in."""


class NoConsent(Conflict, code="child.no-consent", zh="目前没有有效的监护人同意。", en="No consent stands."):
    """Only a consent that stands can be taken back."""


class TooManyConsents(
    Conflict,
    code="child.too-many-consents",
    zh="同意记录过多，请联系社区工作人员。",
    en="Too many consents; ask staff.",
):
    """A child is one document, so its record is bounded."""


class Consent(Value):
    """That the guardian consented to `text`, and until when it stood. `by` entered it, at the counter or oneself."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    text: Thing[Code]
    given_at: datetime
    by: Officer[str]
    withdrawn_at: datetime | None = None


class Pickup(Value):
    """Somebody who may pick the child up, as the guardian calls them."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    label: Words[str]


class Child(Aggregate):
    """A child and its guardian. Its birth year is all that is known of its age."""

    guardian: Someone[str]
    label: Words[str | None] = None
    birth_year: Personal[int | None] = None
    consents: tuple[Consent, ...] = ()
    pickups: tuple[Pickup, ...] = ()
    erased: bool = False

    @property
    def consent(self) -> str | None:
        """The text to which the standing consent is."""
        standing = [each.text for each in self.consents if each.withdrawn_at is None]
        return standing[-1] if standing else None

    def public(self) -> ChildState | None:
        return None if self.erased else ChildState(consent=self.consent)

    def needs_consent(self, year: int) -> bool:
        """Whether it may be under 14 in `year`; of an unknown age, it may."""
        return self.birth_year is None or year - self.birth_year <= CONSENT_AGE

    def require_guardian(self, by: Principal) -> None:
        """Raises NotYours unless `by` is the guardian, or staff of the community who act for them."""
        by.require(self.community)
        if by.sub != self.guardian and not by.has(self.community, Role.STAFF):
            raise NotYours()


class EnterChild(Request):
    """A child. Without `guardian` it is the caller's; staff enter it for a guardian who is at the counter."""

    community: Id
    guardian: Id | None = None
    label: Label
    birth_year: int | None = Field(default=None, ge=1990, le=2100)
    pickups: tuple[Label, ...] = Field(default=(), max_length=MAX_PICKUPS)


class GiveConsent(Request):
    """The version of the text that the guardian has read."""

    text: Code


class ChangePickups(Request):
    """Everybody who may pick the child up."""

    pickups: tuple[Label, ...] = Field(max_length=MAX_PICKUPS)


def enter(id: str, body: EnterChild, by: Principal, now: datetime) -> Decision[Child]:
    """A guardian enters a child.

    Raises:
        NotYours, BornLater
    """
    if body.birth_year is not None and body.birth_year > local_date(now).year:
        raise BornLater()
    child = Child(
        id=id,
        community=body.community,
        guardian=body.guardian or by.sub,
        label=body.label,
        birth_year=body.birth_year,
        pickups=tuple(Pickup(label=label) for label in body.pickups),
    )
    child.require_guardian(by)
    return decided(child, event_from(ChildEntered, child))


def consent(child: Child, text: str, by: Principal, now: datetime) -> Decision[Child]:
    """The guardian consents to `text`; to the same one twice changes nothing. A consent to another one is at an end.

    Raises:
        NotYours, TooManyConsents
    """
    child.require_guardian(by)
    if child.consent == text:
        return decided(child)
    if len(child.consents) >= MAX_CONSENTS:
        raise TooManyConsents()
    given = Consent(text=text, given_at=now, by=by.sub)
    consented = child.model_copy(update={"consents": (*_ended(child, now), given)})
    return decided(consented, event_from(ChildConsentGiven, consented))


def withdraw(child: Child, by: Principal, now: datetime) -> Decision[Child]:
    """The guardian takes the consent back; the child's seats ahead are given up.

    Raises:
        NotYours, NoConsent
    """
    child.require_guardian(by)
    if child.consent is None:
        raise NoConsent()
    withdrawn = child.model_copy(update={"consents": _ended(child, now)})
    return decided(withdrawn, event_from(ChildConsentWithdrawn, withdrawn))


def pick_up_by(child: Child, labels: tuple[str, ...], by: Principal) -> Decision[Child]:
    """Others may pick the child up from now on.

    Raises:
        NotYours
    """
    child.require_guardian(by)
    pickups = tuple(Pickup(label=label) for label in labels)
    if pickups == child.pickups:
        return decided(child)
    changed = child.model_copy(update={"pickups": pickups})
    return decided(changed, event_from(ChildChanged, changed))


def erase(child: Child, stand_in: str, now: datetime) -> Decision[Child]:
    """Nothing is left of guardian and child but that there was one."""
    if child.erased:
        return decided(child)
    nothing = {"guardian": stand_in, "label": None, "birth_year": None, "pickups": (), "erased": True}
    consents = tuple(
        each.model_copy(update={"by": stand_in}) if each.by == child.guardian else each for each in _ended(child, now)
    )
    erased = child.model_copy(update={"consents": consents, **nothing})
    return decided(erased, ChildErased(consent=None))


def _ended(child: Child, now: datetime) -> tuple[Consent, ...]:
    return tuple(
        each if each.withdrawn_at is not None else each.model_copy(update={"withdrawn_at": now})
        for each in child.consents
    )
