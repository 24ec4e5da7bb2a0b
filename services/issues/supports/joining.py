"""Joining and leaving: a support is written, then its subject is counted, before the caller is answered."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from itertools import takewhile

from pydantic import BaseModel

from services.chassis.aggregate import Decision
from services.chassis.errors import AlreadyExists, StaleVersion, UnknownAggregate
from services.chassis.http.command import Command
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Stored
from services.chassis.store.secret import naming_with
from services.contracts.issues import CaseStatus
from services.contracts.value import Value
from services.issues.cases.domain.affected import require_joinable
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.publicity import HIDDEN_WISHES, PUBLIC_CASES
from services.issues.store import Store
from services.issues.supports.counting import merged_into, supporting
from services.issues.supports.domain.supports import (
    GiveSupport,
    Subject,
    Support,
    first_support,
    support_again,
    supporter,
    withdraw,
)
from services.issues.wishes.domain.wishes import Wish, require_supportable

_MOST_STEPS = 50


class Given(Value):
    """A support was given."""

    subject: str


async def support_case(store: Store, id: str, body: GiveSupport, command: Command) -> Stored[Case]:
    """Me too: join case `id`, or the one that it is merged into; what it has become.

    Raises:
        UnknownAggregate, NotYours, NobodyJoins, YourOwnCase: as they say.
    """
    by = await store.vault.known(command.principal)
    case = await goes_on_for(store, id, by)
    person = supporter(body, case.community, by)
    if not await _supports(store, case.id, person):
        require_joinable(case, by, person)
        await _give(store, case, Subject.CASE, person, command)
        await count(store, case.id, Subject.CASE)
    return await store.cases.get(case.id)


async def leave_case(store: Store, id: str, command: Command) -> Stored[Case]:
    """Join no longer, wherever in what goes on as one case the caller joined."""
    case = await goes_on_for(store, id, await store.vault.known(command.principal))
    command.principal.require(case.community)
    merged = await store.cases.collection.find(merged_into(case.id), {"_id": 1}).to_list(None)
    await _withdraw(store, [case.id, *(found["_id"] for found in merged)], command)
    await count(store, case.id, Subject.CASE)
    return await store.cases.get(case.id)


async def support_wish(store: Store, id: str, body: GiveSupport, command: Command) -> Stored[Wish]:
    """Stand behind a wish; its proposer does already.

    Raises:
        UnknownAggregate, NotYours, WishIsAnswered, WishIsHidden: as they say.
    """
    stored = await known_wish(store, id, command.principal)
    wish = stored.aggregate
    person = supporter(body, wish.community, command.principal)
    if person in wish.people or await _supports(store, id, person):
        return stored
    require_supportable(wish, command.principal)
    await _give(store, wish, Subject.WISH, person, command)
    await count(store, id, Subject.WISH)
    return await store.wishes.get(id)


async def leave_wish(store: Store, id: str, command: Command) -> Stored[Wish]:
    """Stand behind it no longer, while it is not answered. A proposer can't leave.

    Raises:
        UnknownAggregate, NotYours, WishIsAnswered, WishIsHidden: as they say.
    """
    wish = (await known_wish(store, id, command.principal)).aggregate
    require_supportable(wish, command.principal)
    await _withdraw(store, [id], command)
    await count(store, id, Subject.WISH)
    return await store.wishes.get(id)


async def goes_on(store: Store, id: str) -> Case:
    """The case at the end of the chain of mergers that begins at `id`; `id` itself where it is not merged.

    Raises:
        UnknownAggregate: there is no such case.
    """
    return (await _chain(store, id))[-1]


async def goes_on_for(store: Store, id: str, by: Principal) -> Case:
    """As `goes_on`, but the chain ends before a case that `by`, who has their alias, may not know of.

    Whoever supports a case knows of it.

    Raises:
        UnknownAggregate: there is no case `id`, or not for `by`.
    """
    chain = await _chain(store, id)
    hidden = [case.id for case in chain if not case.shows_itself_to(by)]
    joined = await supported_by(store, by.sub, hidden) if hidden else set()
    known = list(takewhile(lambda case: case.id not in hidden or case.id in joined, chain))
    if not known:
        raise UnknownAggregate(kind="case", id=id)
    return known[-1]


async def known_wish(store: Store, id: str, by: Principal) -> Stored[Wish]:
    """The wish `id`.

    Raises:
        UnknownAggregate: there is none, or it is hidden and not from `by`.
    """
    stored = await store.wishes.get(id)
    if not stored.aggregate.known_to(by):
        raise UnknownAggregate(kind="wish", id=id)
    return stored


async def supported_by(store: Store, person: str, subjects: Sequence[str]) -> set[str]:
    """Those of `subjects` that `person` supports."""
    query = {**supporting(subjects), "state.person": person}
    return {found["state"]["subject"] async for found in store.supports.collection.find(query, {"state.subject": 1})}


async def support_id(store: Store, subject: str, person: str) -> str:
    """The id of the support of `person` for `subject`: the one it has, else one made with the service's secret.

    Topics carry it though the subject may not be for everybody, and nobody may find out with it whose it is.
    """
    query = {"state.subject": subject, "state.person": person}
    kept = await store.supports.collection.find_one(query, {"_id": 1})
    return (
        str(kept["_id"]) if kept is not None else (await naming_with(store.supports.secret))("support", subject, person)
    )


async def withheld_among(store: Store, subjects: Sequence[str]) -> set[str]:
    """Those of `subjects`, cases and wishes, that not everybody may know of."""
    within = {"_id": {"$in": list(subjects)}}
    kept = [found["_id"] async for found in store.cases.collection.find({**within, "$nor": [PUBLIC_CASES]}, {"_id": 1})]
    hidden = store.wishes.collection.find({**within, **HIDDEN_WISHES}, {"_id": 1})
    return {*kept, *[found["_id"] async for found in hidden]}


async def count(store: Store, subject: str, of: Subject) -> None:
    """Count it now; where it changes too often for that, the event of the support has it counted soon."""
    with suppress(StaleVersion):
        await store.tallies.count(subject, of)


async def _chain(store: Store, id: str) -> list[Case]:
    chain = [(await store.cases.get(id)).aggregate]
    for _ in range(_MOST_STEPS):
        following = chain[-1].joined if chain[-1].status is CaseStatus.MERGED else None
        if following is None:
            break
        chain.append((await store.cases.get(following)).aggregate)
    return chain


async def _supports(store: Store, subject: str, person: str) -> bool:
    return bool(await supported_by(store, person, [subject]))


async def _give(store: Store, subject: Case | Wish, of: Subject, person: str, command: Command) -> None:
    by, id, public = command.principal, await support_id(store, subject.id, person), not subject.withholds

    def first(now: datetime) -> Decision[Support]:
        return first_support(id, subject.id, of, subject.community, person, by, now, public=public)

    try:
        await command.create(store.supports, lambda _, now: first(now), _given, id=id, location=f"/{id}")
    except AlreadyExists:
        await command.change(
            store.supports, id, lambda support, now: support_again(support, by, now, public=public), _given
        )


def _given(stored: Stored[Support]) -> BaseModel:
    """What is kept of the answer: that it was given. The caller is shown what is supported, as it is by then."""
    return Given(subject=stored.aggregate.subject)


async def _withdraw(store: Store, subjects: Sequence[str], command: Command) -> None:
    by = command.principal
    query = {**supporting(subjects), "state.person": by.sub}
    kept = await withheld_among(store, subjects)
    async for found in store.supports.collection.find(query, {"_id": 1, "state.subject": 1}):
        public = found["state"]["subject"] not in kept
        await store.supports.change(found["_id"], partial(_withdrawn, by, public), command.cause)


def _withdrawn(by: Principal, public: bool, support: Support, now: datetime) -> Decision[Support]:
    return withdraw(support, by, now, public=public)
