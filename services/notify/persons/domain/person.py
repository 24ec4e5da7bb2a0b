"""A person, as the one place that knows their addresses sees them: how to reach them, and whether they want it.

Addresses stand in this document alone: no event, no journal, no answer to a change carries them. An erasure request
destroys them at once, then waits for the answers of all who may hold something else.

Who decides is the person, under their own token, or staff of a community to which facts have shown that the person
belongs. Whether they have is asked before (`belonging`); here staff are staff of the community that is named.
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
    PersonErased,
    PersonErasureAnswered,
    PersonErasureRequested,
    PersonRegistered,
    PersonStatus,
)
from services.contracts.value import Value
from services.notify.persons.domain.addresses import Addresses, Proposed, next_code
from services.notify.persons.domain.quiet import QuietHours

HOLDERS: frozenset[str] = frozenset({"issues", "volunteers", "events", "notify"})
"""The services that hold something of persons; the proof of an erasure is an answer of each."""

Language = Literal["zh", "en"]
Muted = Mapping[NoticeKind, frozenset[NoticeChannel]]


class Choices(Value):
    """How somebody wants to be told. `muted` names what they don't want, by kind and channel."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    language: Language = "zh"
    muted: Muted = Field(default_factory=dict)
    quiet: QuietHours | None = QuietHours()


class Part(Value):
    """The erasure of what belongs to one community, which its staff have asked for."""

    model_config = ConfigDict(frozen=True)

    community: Thing[str]
    request: Thing[str]
    by: Officer[str]
    requested_at: datetime
    answers: Thing[frozenset[str]] = frozenset()
    erased_at: datetime | None = None


class Person(Aggregate):
    """`id` is the `sub` of their token. After erasure only that, and the proof, is left.

    `communities` are those that the person has named under a token of that community. `codes_sent`: when codes were
    sent of late. `parts`: communities whose staff had their part erased.
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
        """Whether nothing may be sent or kept any more."""
        return self.status is not PersonStatus.KNOWN

    def part_of(self, community: str) -> Part | None:
        """The erasure that staff of `community` have asked for, if they have."""
        return next((part for part in self.parts if part.community == community), None)

    def mutes(self, kind: NoticeKind, channel: NoticeChannel) -> bool:
        """Whether this person doesn't want `kind` by `channel`."""
        return channel in self.choices.muted.get(kind, frozenset())

    def given(self, choices: Choices | None, addresses: Addresses | None) -> Self:
        """This person with what they have given replaced; their own addresses take the place of proposed ones."""
        changes: dict[str, Any] = {} if choices is None else {"choices": choices}
        if addresses is not None:
            changes |= {"addresses": addresses, "proposed": None}
        return self.model_copy(update=changes)

    def offered(self, addresses: Addresses, community: str, by: str, now: datetime) -> Self:
        """This person with `addresses` proposed by staff: what holds already is not, and the same again is nothing."""
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
    """Somebody who has told us nothing: the defaults. `community` is the one that asks or is asked."""
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
    """Take up a person with what was told of them; `person` is the stranger they were."""
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
    """Replace choices or addresses. The person's own token says that they belong to `community`; staff never do."""
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


def request_erasure(
    person: Person, request: str, community: str, by: Principal, now: datetime, *, new: bool = False
) -> Decision[Person]:
    """Erase the person: all of them where they ask themselves, else what belongs to `community`. Asking again changes
    nothing. `new`: not in the store yet.
    """
    require_decider(by, person.id, community)
    if person.gone:
        return decided(person)
    met = [PersonRegistered(person=person.id, by=by.sub)] if new else []
    if by.sub != person.id:
        return _erase_part(person, request, community, by, now, met)
    left = Person(
        id=person.id,
        community=person.community,
        communities=person.communities,
        choices=Choices(quiet=None),
        parts=person.parts,
        status=PersonStatus.ERASING,
        request=request,
        requested_at=now,
    )
    return decided(left, *met, PersonErasureRequested(person=person.id, request=request, requested_at=now, by=by.sub))


def _erase_part(
    person: Person, request: str, community: str, by: Principal, now: datetime, met: list[PersonRegistered]
) -> Decision[Person]:
    """What the person told under their own token stays: it is not the community's."""
    others = tuple(part for part in person.parts if part.community != community)
    mine = person.part_of(community)
    if mine is not None and mine.erased_at is None:
        return decided(person)
    part = Part(community=community, request=request, by=by.sub, requested_at=now)
    changes: dict[str, Any] = {"parts": (*others, part), "communities": person.communities - {community}}
    if person.proposed is not None and person.proposed.community == community:
        changes["proposed"] = None
    asked = PersonErasureRequested(person=person.id, request=request, requested_at=now, by=by.sub, only=community)
    return decided(person.model_copy(update=changes), *met, asked)


def take_answer(person: Person, service: str, request: str, now: datetime) -> Decision[Person]:
    """`service` has erased what `request` asked for; with the last answer it is erased."""
    for part in person.parts:
        if part.request == request:
            return _part_answered(person, part, service, now)
    if person.status is not PersonStatus.ERASING or service in person.answers or person.request is None:
        return decided(person)
    answers = person.answers | {service}
    answered = PersonErasureAnswered(person=person.id, service=service)
    if not answers >= HOLDERS:
        return decided(person.model_copy(update={"answers": answers}), answered)
    erased = person.model_copy(update={"answers": answers, "status": PersonStatus.ERASED, "erased_at": now})
    proof = PersonErased(person=person.id, request=person.request, services=sorted(answers), erased_at=now)
    return decided(erased, answered, proof)


def _part_answered(person: Person, part: Part, service: str, now: datetime) -> Decision[Person]:
    if service in part.answers:
        return decided(person)
    answers = part.answers | {service}
    done = answers >= HOLDERS
    after = part.model_copy(update={"answers": answers, "erased_at": now if done else None})
    changed = person.model_copy(update={"parts": tuple(after if each is part else each for each in person.parts)})
    answered = PersonErasureAnswered(person=person.id, service=service, only=part.community)
    if not done:
        return decided(changed, answered)
    proof = PersonErased(
        person=person.id, request=part.request, services=sorted(answers), erased_at=now, only=part.community
    )
    return decided(changed, answered, proof)
