"""A person: how they can be reached, and whether and how they want to be told.

Addresses stand in this document alone: no event, no journal, no answer to a change carries them.

The person decides, under their own token, or staff of a community to which facts have shown that the person belongs.
Whether they have is asked before (`Memberships`); here staff are staff of the community that is named.
"""

from datetime import datetime
from typing import Any, Self

from pydantic import ConfigDict, Field

from services.chassis.aggregate import Aggregate, Decision, decided
from services.chassis.errors import PersonGone
from services.chassis.principal import SYSTEM, Principal, Role
from services.contracts.marks import Officer, Personal, Thing
from services.contracts.notices import PersonChanged, PersonRegistered, PersonStatus
from services.contracts.value import Value
from services.notify.persons.domain.addresses import Addresses, Proposed, next_code
from services.notify.persons.domain.bounces import Bounces, Failure
from services.notify.persons.domain.choices import CONSENTS_KEPT, Choices, Consent, How, noted
from services.notify.persons.domain.home import Home, NoSuchBuilding
from services.notify.persons.domain.proxies import Proxy
from services.notify.shared.values import Way


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
    were sent of late. `parts` are the communities whose staff had their part erased. From `look_again_at` on messages
    that could not reach them are planned anew.
    """

    communities: Thing[frozenset[str]] = frozenset()
    choices: Personal[Choices] = Choices()
    addresses: Personal[Addresses] = Field(default=Addresses(), repr=False)
    proposed: Personal[Proposed | None] = None
    bounces: Personal[Bounces] = Bounces()
    codes_sent: tuple[datetime, ...] = ()
    parts: tuple[Part, ...] = ()
    home: Personal[Home] = Home()
    proxies: tuple[Proxy, ...] = ()
    consents: Personal[tuple[Consent, ...]] = ()
    look_again_at: datetime | None = None
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

    def address(self, way: Way) -> str | None:
        """Where this person can be reached by `way`; None where they can't, or where the address was given up because
        mail to it came back."""
        if way is Way.EMAIL and self.bounces.given_up_at is not None:
            return None
        return self.addresses.by(way)

    def mutes(self, kind: str, channel: Way) -> bool:
        """Whether this person doesn't want `kind` by `channel`."""
        return channel in self.choices.muted.get(kind, frozenset())

    def stands_in(self, person: str) -> bool:
        """Whether `person` receives what this one is told."""
        return any(proxy.person == person and proxy.agreed for proxy in self.proxies)

    def given(self, choices: Choices | None, addresses: Addresses | None) -> Self:
        """This person with new choices or addresses, where given; their own addresses replace proposed ones."""
        changes: dict[str, Any] = {} if choices is None else {"choices": choices}
        if addresses is not None:
            changes |= {"addresses": addresses, "proposed": None}
        return self.model_copy(update=changes)

    def chosen(self, choices: Choices, by: str, how: How, now: datetime) -> Self:
        """This person with other choices, and on record what was switched on and off."""
        if choices == self.choices:
            return self
        consents = (*self.consents, *noted(self.choices, choices, by, how, now))[-CONSENTS_KEPT:]
        return self.model_copy(update={"choices": choices, "consents": consents, "look_again_at": now})

    def offered(self, addresses: Addresses, community: str, by: str, now: datetime) -> Self:
        """This person with `addresses` proposed, by staff or by themselves. Those that hold or stand proposed already
        change nothing."""
        held = self.addresses
        new = Addresses(
            email=addresses.email if addresses.email != held.email or self.bounces.given_up_at is not None else None,
            phone=addresses.phone if addresses.phone != held.phone else None,
            wecom=addresses.wecom if addresses.wecom != held.wecom else None,
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
    return _STRANGER.model_copy(update={"id": id, "community": community})


_STRANGER = Person(id="stranger", community="nowhere")
"""Copied for each, since it is made for every one of many whom a broadcast tells."""


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
    *,
    by_code: bool = False,
) -> Decision[Person]:
    """Take up a person with their choices and addresses; `person` is the stranger that they were. `by_code` is as in
    `change`."""
    require_decider(by, person.id, community)
    told = _told(person, choices, addresses, community, by, now, by_code=by_code)
    return decided(told, PersonRegistered(person=person.id, by=by.sub))


def change(
    person: Person,
    choices: Choices | None,
    addresses: Addresses | None,
    community: str,
    by: Principal,
    now: datetime,
    *,
    by_code: bool = False,
) -> Decision[Person]:
    """Replace choices or addresses. Only the person's own token shows that they belong to `community`.

    With `by_code` an e-mail address that the person enters holds once they tell the code that is sent to it, and the
    one that they had goes on to hold until then: somebody else's mailbox is nobody's to choose.
    """
    require_decider(by, person.id, community)
    if person.gone:
        raise PersonGone()
    changed = _told(person, choices, addresses, community, by, now, by_code=by_code)
    names = [
        name
        for name, before, after in (
            ("language", person.choices.language, changed.choices.language),
            ("preferences", _preferred(person.choices), _preferred(changed.choices)),
            ("quiet-hours", person.choices.quiet, changed.choices.quiet),
            ("addresses", (person.addresses, person.bounces), (changed.addresses, changed.bounces)),
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
    *,
    by_code: bool,
) -> Person:
    own = by.sub == person.id
    told = person.chosen(choices or person.choices, by.sub, "self" if own else "staff", now)
    if own and by_code and addresses is not None and addresses.email not in (None, person.addresses.email):
        held = addresses.model_copy(update={"email": person.addresses.email})
        asked = told.offered(Addresses(email=addresses.email), community, by.sub, now)
        told = told.given(None, held).model_copy(update={"proposed": asked.proposed})
    elif own:
        told = told.given(None, addresses)
    if own:
        entered = addresses is not None and addresses.email is not None and addresses.email == person.addresses.email
        if told.addresses.email != person.addresses.email or (entered and person.bounces.any):
            told = told.model_copy(update={"bounces": Bounces(since=now)})
        if (told.addresses, told.bounces) != (person.addresses, person.bounces):
            told = told.model_copy(update={"look_again_at": now})
        return told.model_copy(update={"communities": told.communities | {community}})
    return told if addresses is None else told.offered(addresses, community, by.sub, now)


def looked_again(person: Person, asked_at: datetime) -> Decision[Person]:
    """Note that messages which could not reach the person were planned again, as was asked for at `asked_at`. A later
    request stays."""
    if person.look_again_at is None or person.look_again_at > asked_at:
        return decided(person)
    done = person.model_copy(update={"look_again_at": None})
    return decided(done, PersonChanged(person=person.id, changed=["looked-again"], by=SYSTEM))


def mail_came_back(person: Person, failure: Failure, taken_at: datetime | None, *, gone: bool) -> Decision[Person]:
    """Mail to the person came back, as `Bounces.after` takes it. Again, or once their address is given up, it changes
    nothing."""
    if person.gone or person.addresses.email is None:
        return decided(person)
    bounces = person.bounces.after(failure, taken_at, gone=gone)
    if bounces == person.bounces:
        return decided(person)
    changed = person.model_copy(update={"bounces": bounces})
    return decided(changed, PersonChanged(person=person.id, changed=["bounces"], by=SYSTEM))


def unsubscribe(person: Person, choices: Choices, now: datetime) -> Decision[Person]:
    """The person, by a link in a message to them, wants no more of something. Again, it changes nothing."""
    if person.gone:
        raise PersonGone()
    changed = person.chosen(choices, person.id, "link", now)
    if changed == person:
        return decided(person)
    return decided(changed, PersonChanged(person=person.id, changed=["preferences"], by=person.id))


def live_in(person: Person, home: Home, community: str, by: Principal, *, there: bool = True) -> Decision[Person]:
    """The person, or staff for them on record, tells building and age band; `there`: the building is known.

    Raises:
        NoSuchBuilding: it is not, and they have not told of it before.
    """
    require_decider(by, person.id, community)
    if person.gone:
        raise PersonGone()
    if person.home == home:
        return decided(person)
    if not there and home.building != person.home.building:
        raise NoSuchBuilding(building=home.building)
    changed = person.model_copy(update={"home": home})
    return decided(changed, PersonChanged(person=person.id, changed=["home"], by=by.sub))


def _preferred(choices: Choices) -> tuple[Any, ...]:
    return (choices.muted, choices.classes, choices.silenced)
