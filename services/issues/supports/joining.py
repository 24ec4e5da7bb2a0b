"""Gives and withdraws supports of any subject; the subject is counted before the caller is answered."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Protocol

from pydantic import BaseModel

from services.chassis.aggregate import Decision
from services.chassis.errors import AlreadyExists, StaleVersion
from services.chassis.http.command import Command
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates, Stored
from services.chassis.store.secret import naming_with
from services.contracts.value import Value
from services.issues.supports.counting import SupporterCounts, supporting
from services.issues.supports.domain.supports import Subject, Support, first_support, support_again, withdraw


class Supportable(Protocol):
    """A thing that can be supported: a case or a wish."""

    @property
    def id(self) -> str: ...

    @property
    def community(self) -> str: ...

    @property
    def withholds(self) -> bool:
        """Whether the subject is not public."""
        ...


class Given(Value):
    """The answer that is kept under the Idempotency-Key of a support."""

    subject: str


async def give(supports: Aggregates[Support], subject: Supportable, of: Subject, person: str, command: Command) -> None:
    """Store that `person` supports `subject`. Nothing changes where they do already."""
    by, id, public = command.principal, await support_id(supports, subject.id, person), not subject.withholds

    def first(now: datetime) -> Decision[Support]:
        return first_support(id, subject.id, of, subject.community, person, by, now, public=public)

    try:
        await command.create(supports, lambda _, now: first(now), _given, id=id, location=f"/{id}")
    except AlreadyExists:
        await command.change(supports, id, lambda support, now: support_again(support, by, now, public=public), _given)


async def take_back(
    supports: Aggregates[Support], subjects: Sequence[str], withheld: Collection[str], command: Command
) -> None:
    """Withdraw every support of the caller for one of `subjects`. Those in `withheld` are not public."""
    by = command.principal
    query = {**supporting(subjects), "state.person": by.sub}
    async for found in supports.collection.find(query, {"_id": 1, "state.subject": 1}):
        public = found["state"]["subject"] not in withheld
        await supports.change(found["_id"], partial(_withdrawn, by, public), command.cause)


async def supported_by(supports: Aggregates[Support], person: str, subjects: Sequence[str]) -> set[str]:
    """Those of `subjects` that `person` supports."""
    query = {**supporting(subjects), "state.person": person}
    return {found["state"]["subject"] async for found in supports.collection.find(query, {"state.subject": 1})}


async def support_id(supports: Aggregates[Support], subject: str, person: str) -> str:
    """The id of the support of `person` for `subject`: that of the stored support, else one made with the service's
    secret.

    Topics carry the id even where the subject is not public, and nobody may find out by it whose support it is.
    """
    query = {"state.subject": subject, "state.person": person}
    kept = await supports.collection.find_one(query, {"_id": 1})
    return str(kept["_id"]) if kept is not None else (await naming_with(supports.secret))("support", subject, person)


async def count(supporter_counts: SupporterCounts, subject: str, of: Subject) -> None:
    """Count the supports of `subject` now. Where the subject changes too often for that, the mark that the support's
    event leaves has them counted soon."""
    with suppress(StaleVersion):
        await supporter_counts.count(subject, of)


def _given(stored: Stored[Support]) -> BaseModel:
    """The answer that is kept under the Idempotency-Key. It is empty, because a repetition is answered with the subject
    as it is by then."""
    return Given(subject=stored.aggregate.subject)


def _withdrawn(by: Principal, public: bool, support: Support, now: datetime) -> Decision[Support]:
    return withdraw(support, by, now, public=public)
