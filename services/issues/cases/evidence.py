"""What is known of the photos that are to show a handling: how old they are, and what shows them already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.chassis.store.aggregates import Aggregates
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.evidence import PhotoOrigin
from services.issues.cases.store import shown_in_any
from services.issues.rounds.domain.visits import Visit
from services.issues.rounds.store import found_in_any
from services.issues.uploads.photos import Photos

_SHOWN = ("before", "after")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Looks at photos before a case shows them."""

    photos: Photos
    cases: Aggregates[Case]
    visits: Aggregates[Visit]

    async def of(self, ids: Sequence[str], case: str | None, community: str) -> Mapping[str, PhotoOrigin]:
        """What is known of the photos `ids`, which are to show the handling of `case`, or of one that is reported now.
        Of two cases that name the same photo at once, one gets it."""
        if not ids:
            return {}
        twins = await self.photos.twins(ids, community)
        everything = sorted({twin.id for each in twins.values() for twin in each})
        others = await self._shown(everything, case)
        if case is not None:
            others |= await self.photos.claim(ids, case)
        return {
            id: PhotoOrigin(min(twin.uploaded_at for twin in each), any(twin.id in others for twin in each))
            for id, each in twins.items()
        }

    async def _shown(self, ids: Sequence[str], case: str | None) -> set[str]:
        """Those of `ids` that another case than `case`, or a finding on a walk, shows."""
        shown = dict.fromkeys((f"state.{name}" for name in _SHOWN), 1)
        cases = self.cases.collection.find({**shown_in_any(ids), "_id": {"$ne": case}}, shown)
        found = {photo async for each in cases for name in _SHOWN for photo in each["state"].get(name, ())}
        visits = self.visits.collection.find(found_in_any(ids), {"state.findings": 1})
        findings = [finding async for visit in visits for finding in visit["state"]["findings"]]
        found |= {photo for finding in findings for name in _SHOWN for photo in finding.get(name, ())}
        return found & set(ids)
