"""The rules of erasing a person. The request destroys their addresses at once, then waits for the answer of every
service."""

from datetime import datetime
from typing import Any

from services.chassis.aggregate import Decision, decided
from services.chassis.principal import Principal
from services.contracts.notices import (
    PersonErased,
    PersonErasureAnswered,
    PersonErasureRequested,
    PersonRegistered,
    PersonStatus,
)
from services.notify.persons.domain.choices import Choices
from services.notify.persons.domain.person import Part, Person, require_decider

HOLDERS: frozenset[str] = frozenset({"issues", "volunteers", "events", "notify"})
"""The services that hold something of persons. The proof of an erasure is an answer of each."""


def request_erasure(
    person: Person, request: str, community: str, by: Principal, now: datetime, *, new: bool = False
) -> Decision[Person]:
    """Erase the person: everything where they ask themselves, else everything that belongs to `community`.

    Asking again changes nothing. A `new` person is not in the store yet.
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
    """Erase the part of `community`. What the person told under their own token stays: it is not the community's."""
    others = tuple(part for part in person.parts if part.community != community)
    mine = person.part_of(community)
    if mine is not None and mine.erased_at is None:
        return decided(person)
    part = Part(community=community, request=request, by=by.sub, requested_at=now)
    changes: dict[str, Any] = {"parts": (*others, part), "communities": person.communities - {community}}
    proposed = person.proposed
    if proposed is not None and proposed.community == community and proposed.by != person.id:
        changes["proposed"] = None
    asked = PersonErasureRequested(person=person.id, request=request, requested_at=now, by=by.sub, only=community)
    return decided(person.model_copy(update=changes), *met, asked)


def take_answer(person: Person, service: str, request: str, now: datetime) -> Decision[Person]:
    """`service` has erased what `request` asked for. With the answer of the last holder, the erasure is complete."""
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
