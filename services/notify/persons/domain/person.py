"""A person: how they can be reached, and whether and how they want to be told.

Addresses stand in this document alone: no event, no journal, no answer to a change carries them.

The person decides, under their own token, or staff of a community to which facts have shown that the person belongs.
Whether they have is asked before (`Memberships`); here staff are staff of the community that is named.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, Self

from pydantic import ConfigDict, Field

from services.chassis.aggregate import Aggregate, Decision, decided
from services.chassis.errors import PersonGone
from services.chassis.principal import Principal, Role
from services.contracts.marks import Officer, Personal, Thing
from services.contracts.notices import (
    NoticeChannel,
    NoticeKind,
    PersonChanged,
    PersonRegistered,
    PersonStatus,
)
from services.contracts.value import Value
from services.notify.persons.domain.addresses import Addresses, Proposed, next_code
from services.notify.persons.domain.quiet import QuietHours

Language = Literal["zh", "en"]
Muted = Mapping[NoticeKind, frozenset[NoticeChannel]]


class Choices(Value):
    """How somebody wants to be told. `muted` names the kinds that they don't want, each with its channels."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    language: Language = "zh"
    muted: Muted = Field(default_factory=dict)
    quiet: QuietHours | None = QuietHours()


class Part(Value):
    """The erasure of everything that belongs to one community, for which its staff have asked."""

    model_config = ConfigDict(frozen=True)

    community: Thing[str]
    request: Thing[str]
    by: Officer[str]
    requested_at: datetime
    answers: Thing[frozenset[str]] = frozenset()
    erased_at: datetime | None = None


class Person(Aggregate):
    """A person. `id` is the `sub` of their token; after erasure only that, and the proof, is left.

    `communities` are those that the person has named under a token of that community. `codes_sent` tells when codes
    were sent of late. `parts` are the communities whose staff had their part erased.
    """

    communities: Thing[frozenset[str]] = frozenset()
    choices: Personal[Choices] = Choices()
    addresses: Personal[Addresses] = Field(default=Addresses(), repr=False)
    proposed: Personal[Proposed | None] = None
    codes_sent: tuple[datetime, ...] = ()
    parts: tuple[Part, ...] = ()
    status: PersonStatus = PersonStatus.KNOWN
    request: Thing[str | None] = None
    requested_at: datetime | None = None
    answers: Thing[frozenset[str]] = frozenset()
    erased_at: datetime | None = None

    @property
    def gone(self) -> bool:
        """Whether nothing may be sent to this person or kept of them any more."""
        return self.status is not PersonStatus.KNOWN

    def part_of(self, community: str) -> Part | None:
        """The erasure that staff of `community` have asked for, if they have."""
        return next((part for part in self.parts if part.community == community), None)

    def mutes(self, kind: NoticeKind, channel: NoticeChannel) -> bool:
        """Whether this person doesn't want `kind` by `channel`."""
        return channel in self.choices.muted.get(kind, frozenset())

    def given(self, choices: Choices | None, addresses: Addresses | None) -> Self:
        """This person with new choices or addresses, where given; their own addresses replace proposed ones."""
        changes: dict[str, Any] = {} if choices is None else {"choices": choices}
        if addresses is not None:
            changes |= {"addresses": addresses, "proposed": None}
        return self.model_copy(update=changes)

    def offered(self, addresses: Addresses, community: str, by: str, now: datetime) -> Self:
        """This person with `addresses` proposed by staff. Those that hold or stand proposed already change nothing."""
        held = self.addresses
        new = Addresses(
            email=addresses.email if addresses.email != held.email else None,
            phone=addresses.phone if addresses.phone != held.phone else None,
        )
        before = None if self.proposed is None else self.proposed.addresses
        if new == (before or Addresses()):
            return self
        if new == Addresses():
            return self.model_copy(update={"proposed": None})
        known = self.proposed is not None and new.email == self.proposed.addresses.email
        due = None if new.email is None else next_code(self.codes_sent, now)
        proposed = Proposed(
            addresses=new,
            community=community,
            by=by,
            at=now,
            code=self.proposed.code if self.proposed is not None and known else None,
            code_due_at=self.proposed.code_due_at if self.proposed is not None and known else due,
        )
        return self.model_copy(update={"proposed": proposed})


def stranger(id: str, community: str) -> Person:
    """A person of whom nothing is known, with the defaults. `community` is the one that asks or is asked."""
    return Person(id=id, community=community)


def require_decider(by: Principal, person: str, community: str) -> None:
    """Raises NotYours unless `by` is the person, in a community of theirs, or staff of `community`."""
    by.require(community, *(() if by.sub == person else (Role.STAFF,)))


def register(
    person: Person,
    choices: Choices | None,
    addresses: Addresses | None,
    community: str,
    by: Principal,
    now: datetime,
) -> Decision[Person]:
    """Take up a person with their choices and addresses; `person` is the stranger that they were."""
    require_decider(by, person.id, community)
    told = _told(person, choices, addresses, community, by, now)
    return decided(told, PersonRegistered(person=person.id, by=by.sub))


def change(
    person: Person,
    choices: Choices | None,
    addresses: Addresses | None,
    community: str,
    by: Principal,
    now: datetime,
) -> Decision[Person]:
    """Replace choices or addresses. Only the person's own token shows that they belong to `community`."""
    require_decider(by, person.id, community)
    if person.gone:
        raise PersonGone()
    changed = _told(person, choices, addresses, community, by, now)
    names = [
        name
        for name, before, after in (
            ("language", person.choices.language, changed.choices.language),
            ("preferences", person.choices.muted, changed.choices.muted),
            ("quiet-hours", person.choices.quiet, changed.choices.quiet),
            ("addresses", person.addresses, changed.addresses),
            ("proposed-addresses", person.proposed, changed.proposed),
            ("communities", person.communities, changed.communities),
        )
        if before != after
    ]
    if not names:
        return decided(person)
    return decided(changed, PersonChanged(person=person.id, changed=names, by=by.sub))


def _told(
    person: Person,
    choices: Choices | None,
    addresses: Addresses | None,
    community: str,
    by: Principal,
    now: datetime,
) -> Person:
    if by.sub == person.id:
        told = person.given(choices, addresses)
        return told.model_copy(update={"communities": told.communities | {community}})
    told = person.given(choices, None)
    return told if addresses is None else told.offered(addresses, community, by.sub, now)
