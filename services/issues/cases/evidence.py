"""Looks up the photos that are to show a fix: when they were uploaded, and whether something else shows them."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from services.chassis.store.aggregates import Aggregates
from services.issues.cases.domain.case import Case
from services.issues.cases.store import shown_in_any
from services.issues.rounds.domain.visits import Visit
from services.issues.rounds.store import found_in_any
from services.issues.shared.values import PhotoOrigin
from services.issues.uploads.photos import Photo, Photos

_SHOWN = ("before", "after")
Origins = Mapping[str, PhotoOrigin]
"""What is known of photos, by their ids."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Looks at photos before a case or a visit shows them."""

    photos: Photos
    cases: Aggregates[Case]
    visits: Aggregates[Visit]

    async def of(self, ids: Sequence[str], case: str | None, community: str) -> Origins:
        """The origins of the photos `ids`, which are to show the handling of `case`, or (None) of one that is reported
        now.
        Of two cases that name the same photo at once, one gets it."""
        if not ids:
            return {}
        twins = await self.photos.twins(ids, community)
        others = await self._shown(twins, [] if case is None else [case])
        if case is not None:
            others |= await self.photos.claim(ids, case)
        return _origins(twins, others)

    async def on_walks(self, wanted: Mapping[str, Sequence[str]], community: str) -> Mapping[str, Origins]:
        """The origins of the photos that each visit is to show, by the visit's id and photo. All of them are looked up
        at once."""
        wanted = {visit: ids for visit, ids in wanted.items() if ids}
        if not wanted:
            return {}
        twins = await self.photos.twins(sorted({id for ids in wanted.values() for id in ids}), community)
        others = await self._shown(twins, list(wanted))
        claimed = await asyncio.gather(*(self.photos.claim(ids, visit) for visit, ids in wanted.items()))
        return {
            visit: _origins({id: twins[id] for id in ids if id in twins}, others | held)
            for (visit, ids), held in zip(wanted.items(), claimed, strict=True)
        }

    async def let_go(self, visit: str, ids: Sequence[str]) -> None:
        """Hold the photos `ids` no longer for a visit, which was refused."""
        if ids:
            await self.photos.let_go(ids, visit)

    async def _shown(self, twins: Mapping[str, Sequence[Photo]], but: Sequence[str]) -> set[str]:
        """Those of all `twins` that a case shows, or a finding on a walk; `but` are cases and visits that may."""
        ids, others = sorted({twin.id for each in twins.values() for twin in each}), {"_id": {"$nin": list(but)}}
        shown = dict.fromkeys((f"state.{name}" for name in _SHOWN), 1)
        cases = self.cases.collection.find({**shown_in_any(ids), **others}, shown)
        found = {photo async for each in cases for name in _SHOWN for photo in each["state"].get(name, ())}
        visits = self.visits.collection.find({**found_in_any(ids), **others}, {"state.findings": 1})
        findings = [finding async for visit in visits for finding in visit["state"]["findings"]]
        found |= {photo for finding in findings for name in _SHOWN for photo in finding.get(name, ())}
        return found & set(ids)


def _origins(twins: Mapping[str, Sequence[Photo]], others: Collection[str]) -> Origins:
    """The origin of each photo, given all photos with its content (`twins`) and the ids that are shown elsewhere
    (`others`)."""
    return {
        id: PhotoOrigin(min(twin.uploaded_at for twin in each), any(twin.id in others for twin in each))
        for id, each in twins.items()
    }
