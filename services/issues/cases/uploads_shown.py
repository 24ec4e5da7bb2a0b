"""Which uploads cases and visits show, and to whom. The room of uploads asks for it as `UploadVisibility`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import Collection
from services.issues.cases.domain.case import Case
from services.issues.cases.store import attached_to, attached_to_any, shown_in, shown_in_any
from services.issues.privacy.vault import Vault
from services.issues.rounds.domain.visits import Visit
from services.issues.rounds.store import found_in_any
from services.issues.uploads.attachments import Attachment, AttachmentKind

_PHOTOS = ("before", "after")
_ATTACHMENTS = ("attachments", "attachments_after")


@dataclass(frozen=True, slots=True)
class UploadsShown:
    """Looks for uploads in cases and in the findings of visits."""

    cases: Aggregates[Case]
    visits: Aggregates[Visit]
    vault: Vault

    async def photos_among(self, ids: Sequence[str]) -> set[str]:
        """Those of `ids` that a case or a finding shows."""
        cases = await _all(self.cases.collection, shown_in_any(ids), *_PHOTOS)
        visits = await _all(self.visits.collection, found_in_any(ids), "findings")
        findings = [finding for visit in visits for finding in visit["findings"]]
        return set(ids) & {*_named(cases, *_PHOTOS), *_named(findings, *_PHOTOS)}

    async def attachments_among(self, ids: Sequence[str]) -> set[str]:
        """Those of `ids` that a case holds."""
        cases = await _all(self.cases.collection, attached_to_any(ids), *_ATTACHMENTS)
        return set(ids) & set(_named(cases, *_ATTACHMENTS))

    async def shows_photo_to(self, by: Principal, photo: str) -> bool:
        """Whether `by` may see the inside of a case that shows `photo`."""
        page = await self.cases.select(shown_in(photo))
        by = await self.vault.known(by)
        return any(stored.aggregate.shows_photo_to(by, photo) for stored in page.items)

    async def shows_attachment_to(self, by: Principal, attachment: Attachment) -> bool:
        """Whether `by` may have the attachments of a case that holds `attachment`."""
        page = await self.cases.select(attached_to(attachment.id))
        by = await self.vault.known(by)
        voice = attachment.kind is AttachmentKind.RECORDING
        return any(stored.aggregate.shows_attachment_to(by, attachment.id, voice=voice) for stored in page.items)


async def _all(collection: Collection, query: Mapping[str, Any], *names: str) -> list[Mapping[str, Any]]:
    found = await collection.find(dict(query), {f"state.{name}": 1 for name in names}).to_list(None)
    return [document["state"] for document in found]


def _named(things: Iterable[Mapping[str, Any]], *names: str) -> list[str]:
    return [id for thing in things for name in names for id in thing.get(name, ())]
