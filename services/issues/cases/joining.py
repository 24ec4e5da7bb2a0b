"""Me too: people join the case that goes on for the one they found, and leave it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from services.chassis.errors import UnknownAggregate
from services.chassis.http.command import Command
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates, Stored
from services.contracts.issues import CaseStatus
from services.issues.cases.domain.affected import require_joinable
from services.issues.cases.domain.case import Case
from services.issues.cases.store import merged_into, withheld_cases
from services.issues.privacy.vault import Vault
from services.issues.supports.counting import SupporterCounts
from services.issues.supports.domain.supports import GiveSupport, Subject, Support, supporter
from services.issues.supports.joining import count, give, supported_by, take_back

_MOST_STEPS = 50


@dataclass(frozen=True, slots=True)
class CaseJoining:
    """Lets people support cases. A support is written, then its case is counted, before the caller is answered."""

    cases: Aggregates[Case]
    supports: Aggregates[Support]
    supporter_counts: SupporterCounts
    vault: Vault

    async def join(self, id: str, body: GiveSupport, command: Command) -> Stored[Case]:
        """Join case `id`, or the one that goes on for it; returns what that case has become.

        Raises:
            UnknownAggregate, NotYours, NobodyJoins, YourOwnCase: as they say.
        """
        by = await self.vault.known(command.principal)
        case = await self.surviving_case_for(id, by)
        person = supporter(body, case.community, by)
        if not await self.joined_by(person, [case.id]):
            require_joinable(case, by, person)
            await give(self.supports, case, Subject.CASE, person, command)
            await count(self.supporter_counts, case.id, Subject.CASE)
        return await self.cases.get(case.id)

    async def leave(self, id: str, command: Command) -> Stored[Case]:
        """Take back that the caller joined, wherever in what goes on as one case they did."""
        case = await self.surviving_case_for(id, await self.vault.known(command.principal))
        command.principal.require(case.community)
        merged = await self.cases.collection.find(merged_into(case.id), {"_id": 1}).to_list(None)
        subjects = [case.id, *(found["_id"] for found in merged)]
        await take_back(self.supports, subjects, await withheld_cases(self.cases, subjects), command)
        await count(self.supporter_counts, case.id, Subject.CASE)
        return await self.cases.get(case.id)

    async def joined_by(self, person: str, cases: Sequence[str]) -> set[str]:
        """Those of `cases` that `person` has joined."""
        return await supported_by(self.supports, person, cases)

    async def surviving_case_for(self, id: str, by: Principal) -> Case:
        """As `surviving_case`, but the chain ends before a case that `by`, who has their alias, may not know of.

        Whoever has joined a case knows of it.

        Raises:
            UnknownAggregate: there is no case `id`, or not for `by`.
        """
        chain = await _chain(self.cases, id)
        hidden = [case.id for case in chain if not case.shows_itself_to(by)]
        joined = await self.joined_by(by.sub, hidden) if hidden else set()
        known = list(takewhile(lambda case: case.id not in hidden or case.id in joined, chain))
        if not known:
            raise UnknownAggregate(kind="case", id=id)
        return known[-1]


async def surviving_case(cases: Aggregates[Case], id: str) -> Case:
    """The case at the end of the chain of mergers that begins at `id`; `id` itself where it is not merged.

    Raises:
        UnknownAggregate: there is no such case.
    """
    return (await _chain(cases, id))[-1]


async def _chain(cases: Aggregates[Case], id: str) -> list[Case]:
    chain = [(await cases.get(id)).aggregate]
    for _ in range(_MOST_STEPS):
        following = chain[-1].joined if chain[-1].status is CaseStatus.MERGED else None
        if following is None:
            break
        chain.append((await cases.get(following)).aggregate)
    return chain
