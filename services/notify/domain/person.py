"""A person, as the one place that knows their addresses sees them: how to reach them, and whether they want it.

Addresses stand in this document alone: no event, no journal, no answer to a change carries them. An erasure request
destroys them at once, then waits for the answers of all who may hold something else.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.chassis.aggregate import Aggregate, Decision, decided
from services.chassis.errors import Conflict, NotYours
from services.chassis.principal import Principal, Role
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
from services.notify.domain.quiet import QuietHours

HOLDERS: frozenset[str] = frozenset({"issues", "volunteers", "events", "notify"})
"""The services that hold something of persons; the proof of an erasure is an answer of each."""

Language = Literal["zh", "en"]
Email = Annotated[
    str,
    StringConstraints(max_length=254, pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"),
]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 -]{4,22}[0-9]$")]
Muted = Mapping[NoticeKind, frozenset[NoticeChannel]]


class PersonGone(
    Conflict,
    code="person.erased",
    zh="此人的资料已申请删除，不能再修改。",
    en="This person's data is erased or being erased; it can't be changed any more.",
):
    """There is no way back from an erasure request."""


class Choices(BaseModel):
    """How somebody wants to be told. `muted` names what they don't want, by kind and channel."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    language: Language = "zh"
    muted: Muted = Field(default_factory=dict)
    quiet: QuietHours | None = QuietHours()


class Addresses(BaseModel):
    """Where somebody can be reached."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: Email | None = Field(default=None, repr=False)
    phone: Phone | None = Field(default=None, repr=False)


class Person(Aggregate):
    """`id` is the `sub` of their token. After erasure only that, and the proof, is left."""

    communities: frozenset[str] = frozenset()
    choices: Choices = Choices()
    addresses: Addresses = Field(default=Addresses(), repr=False)
    status: PersonStatus = PersonStatus.KNOWN
    request: str | None = None
    requested_at: datetime | None = None
    answers: frozenset[str] = frozenset()
    erased_at: datetime | None = None

    @property
    def gone(self) -> bool:
        """Whether nothing may be sent or kept any more."""
        return self.status is not PersonStatus.KNOWN

    def mutes(self, kind: NoticeKind, channel: NoticeChannel) -> bool:
        """Whether this person doesn't want `kind` by `channel`."""
        return channel in self.choices.muted.get(kind, frozenset())

    def given(self, choices: Choices | None, addresses: Addresses | None) -> Self:
        """This person with what is given replaced."""
        return self.model_copy(
            update={"choices": choices or self.choices, "addresses": addresses or self.addresses}, deep=False
        )


def stranger(id: str, community: str) -> Person:
    """Somebody who has told us nothing: the defaults."""
    return Person(id=id, community=community, communities=frozenset({community}))


def require_self_or_staff(by: Principal, person: Person) -> None:
    """Raises NotYours unless `by` is that person, or staff of a community of theirs."""
    if by.sub == person.id:
        return
    if any(by.has(community, Role.STAFF) for community in person.communities):
        return
    raise NotYours()


def register(person: Person, choices: Choices | None, addresses: Addresses | None, by: Principal) -> Decision[Person]:
    """Take up a person with what they have told us; `person` is the stranger they were."""
    require_self_or_staff(by, person)
    return decided(person.given(choices, addresses), PersonRegistered(person=person.id, by=by.sub))


def change(
    person: Person, choices: Choices | None, addresses: Addresses | None, community: str, by: Principal
) -> Decision[Person]:
    """Replace choices or addresses; a community that the person is met in for the first time is remembered."""
    require_self_or_staff(by, person)
    if person.gone:
        raise PersonGone()
    changed = person.given(choices, addresses).model_copy(update={"communities": person.communities | {community}})
    names = [
        name
        for name, before, after in (
            ("language", person.choices.language, changed.choices.language),
            ("preferences", person.choices.muted, changed.choices.muted),
            ("quiet-hours", person.choices.quiet, changed.choices.quiet),
            ("addresses", person.addresses, changed.addresses),
            ("communities", person.communities, changed.communities),
        )
        if before != after
    ]
    if not names:
        return decided(person)
    return decided(changed, PersonChanged(person=person.id, changed=names, by=by.sub))


def request_erasure(
    person: Person, request: str, by: Principal, now: datetime, *, new: bool = False
) -> Decision[Person]:
    """Destroy what is here and ask everybody else to. Asking again changes nothing. `new`: not in the store yet."""
    require_self_or_staff(by, person)
    if person.gone:
        return decided(person)
    left = Person(
        id=person.id,
        community=person.community,
        communities=person.communities,
        choices=Choices(quiet=None),
        status=PersonStatus.ERASING,
        request=request,
        requested_at=now,
    )
    asked = PersonErasureRequested(person=person.id, request=request, requested_at=now, by=by.sub)
    return decided(left, PersonRegistered(person=person.id, by=by.sub), asked) if new else decided(left, asked)


def take_answer(person: Person, service: str, now: datetime) -> Decision[Person]:
    """`service` has erased its part; with the last answer the person is erased."""
    if person.status is not PersonStatus.ERASING or service in person.answers or person.request is None:
        return decided(person)
    answers = person.answers | {service}
    answered = PersonErasureAnswered(person=person.id, service=service)
    if not answers >= HOLDERS:
        return decided(person.model_copy(update={"answers": answers}), answered)
    erased = person.model_copy(update={"answers": answers, "status": PersonStatus.ERASED, "erased_at": now})
    proof = PersonErased(person=person.id, request=person.request, services=sorted(answers), erased_at=now)
    return decided(erased, answered, proof)
