"""Plans: a new one takes the place of the old in one write, and its pairs are read by edition."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from services.chassis.aggregate import new_id
from services.chassis.clock import Clock
from services.chassis.errors import AlreadyExists
from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Aggregates, Cause, Stored
from services.chassis.store.mongo import Database, Document
from services.chassis.store.unavailable import store_errors
from services.contracts.volunteers import SeatRole
from services.volunteers.matching.domain import Figures, Plan, first, plan_id, replace
from services.volunteers.matching.flow import Proposal
from services.volunteers.matching.store import PAIRS

CAUSE = Cause(SYSTEM, "planning")
_CHUNK = 5_000
_LEFT_BEHIND = timedelta(hours=1)
"""Pairs of an edition that no plan points to after so long are of a process that died."""


class Plans:
    """The plans of all communities."""

    def __init__(self, plans: Aggregates[Plan], database: Database, clock: Clock) -> None:
        self._plans = plans
        self._pairs = database[PAIRS]
        self._clock = clock

    async def current(self, community: str) -> Stored[Plan] | None:
        """The plan of a community."""
        return await self._plans.find(plan_id(community))

    async def publish(self, community: str, proposals: Sequence[Proposal], figures: Figures) -> Stored[Plan]:
        """Make `proposals` the plan of a community, unless its plan says the same."""
        digest = digest_of(proposals)
        before = await self.current(community)
        if before is not None and (before.aggregate.digest, before.aggregate.figures) == (digest, figures):
            return before
        edition, now = new_id("edition"), self._clock()
        await self._keep(community, edition, proposals, now)
        if before is None:
            try:
                made = await self._plans.create(
                    plan_id(community), lambda now: first(community, edition, digest, figures, now), CAUSE
                )
            except AlreadyExists:  # another process made the first plan
                before = await self._plans.get(plan_id(community))
        if before is not None:
            made = await self._plans.change(
                plan_id(community), lambda plan, now: replace(plan, edition, digest, figures, now), CAUSE
            )
        await self._clear(made.aggregate, before, now)
        return made

    async def proposals(self, plan: Plan, need: str | None = None) -> list[Proposal]:
        """The pairs of a plan, or those of one need, in the order in which they start."""
        query: Document = {"edition": plan.edition} | ({} if need is None else {"needs": need})
        found: list[Proposal] = []
        with store_errors():
            async for chunk in self._pairs.find(query).sort([("edition", 1), ("first", 1)]):
                bands = list(chunk["steps"])
                columns = (chunk["needs"], chunk["volunteers"], chunk["people"], chunk["due"])
                steps = zip(*(chunk["steps"][band] for band in bands), strict=True)
                roles = chunk.get("roles") or [SeatRole.HELPER] * len(chunk["needs"])
                for row, parts, role in zip(zip(*columns, strict=True), steps, roles, strict=True):
                    if need is None or row[0] == need:
                        steps_of = dict(zip(bands, parts, strict=True))
                        found.append(Proposal(*row, steps=steps_of, role=SeatRole(role)))
        return found

    async def forget(self, person: str, stand_in: str, community: str | None) -> None:
        """Somebody is erased: whoever was to be asked is nobody any more."""
        theirs: Document = {"people": person} | ({} if community is None else {"community": community})
        update = {"$set": {"people.$[each]": stand_in}}
        with store_errors():
            await self._pairs.update_many(theirs, update, array_filters=[{"each": person}])

    async def _keep(self, community: str, edition: str, proposals: Sequence[Proposal], now: datetime) -> None:
        chunks = [
            {
                "_id": f"{edition}.{at}",
                "edition": edition,
                "community": community,
                "at": now,
                "first": at,
                "needs": [made.need for made in some],
                "volunteers": [made.volunteer for made in some],
                "people": [made.person for made in some],
                "due": [made.due for made in some],
                "roles": [str(made.role) for made in some],
                "steps": {band: [made.steps[band] for made in some] for band in some[0].steps},
            }
            for at in range(0, len(proposals), _CHUNK)
            if (some := proposals[at : at + _CHUNK])
        ]
        if chunks:
            with store_errors():
                await self._pairs.insert_many(chunks)

    async def _clear(self, plan: Plan, before: Stored[Plan] | None, now: datetime) -> None:
        """Delete the pairs of the plan before, and those that dead processes left behind."""
        old: list[Document] = [{"at": {"$lt": now - _LEFT_BEHIND}}]
        if before is not None:
            old.append({"edition": before.aggregate.edition})
        with store_errors():
            await self._pairs.delete_many({"community": plan.community, "edition": {"$ne": plan.edition}, "$or": old})


def digest_of(proposals: Sequence[Proposal]) -> str:
    """The digest of `proposals`, which differs for plans of different content."""
    told = hashlib.sha256()
    for made in proposals:
        told.update(f"{made.need} {made.volunteer} {made.due:d}\n".encode())
    return told.hexdigest()
