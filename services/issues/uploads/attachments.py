"""Recordings and PDFs that belong to a case, kept in GridFS of the service's own database: a document and a file each.

What `store` guarantees of every upload holds here. Only what `recordings` and `documents` have made of a file is kept;
the name that it was sent under is not looked at.
"""

import asyncio
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from services.chassis.aggregate import derived_id
from services.chassis.clock import Clock
from services.chassis.errors import Invalid, UnknownAggregate
from services.chassis.principal import Principal
from services.chassis.store.mongo import Database, Document
from services.chassis.words import Worded, name_kind
from services.issues.privacy.vault import Vault
from services.issues.uploads import documents, recordings
from services.issues.uploads import store as kept
from services.issues.uploads.allowance import Allowance
from services.issues.uploads.store import Kept

COLLECTION = "attachments"
name_kind("attachment", "附件", "attachment")
BUCKET = "attached"
INDEXES = kept.INDEXES
MAX_BYTES = max(documents.MAX_BYTES, recordings.MAX_BYTES)
_CLEANED_AT_ONCE = 2


class NotAnAttachment(
    Invalid,
    code="attachment.not-readable",
    zh="只接受录音（MP3、M4A、AAC、OGG、WAV、AMR）和 PDF 文件；照片请按照片上传。",
    en="Send a recording (MP3, M4A, AAC, Ogg, WAV, AMR) or a PDF; pictures are sent as photos.",
):
    """The content is neither a recording nor a PDF, whatever name or type it was sent with."""


class NotYourAttachment(
    Invalid,
    code="attachment.not-yours",
    zh="{attachment}不存在，或不是您在本社区上传的。",
    en="{attachment} does not exist, or you did not upload it in this community.",
):
    """An attachment that a command names was uploaded by its caller."""


class AttachmentKind(StrEnum):
    """The kinds of attachments."""

    RECORDING = "recording"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Attachment:
    """All that is known of an attachment. `owner` is the alias of its uploader, None after their erasure; `size` is in
    bytes."""

    id: str
    community: str
    owner: str | None
    uploaded_at: datetime
    kind: AttachmentKind
    media_type: str
    ending: str
    size: int
    seconds: float | None
    file: Any


class Attachments(Kept):
    """The attachments of this service."""

    def __init__(self, database: Database, clock: Clock, vault: Vault, allowance: Allowance, loose: timedelta) -> None:
        super().__init__(database, clock, vault, about=COLLECTION, bucket=BUCKET, loose=loose)
        self._allowance = allowance
        self._cleaning = asyncio.Semaphore(_CLEANED_AT_ONCE)

    async def keep(self, community: str, data: bytes, by: Principal) -> Attachment:
        """Keep the recording or PDF in `data`, without anything but its sound or its pages.

        Raises:
            NotAnAttachment: it is neither.
            NotARecording, RecordingTooLong: see `recordings`.
            NotADocument, DocumentEncrypted, DocumentTooLarge: see `documents`.
            UploadsUsedUp: they uploaded enough for today.
            PersonGone: they were erased.
        """
        by.require(community)
        await self.vault.require_here(by.sub, community)
        owner = await self.vault.alias(by.sub)
        # By the alias: who holds a recording can't find out from its id who of all people sent it.
        id = derived_id("attachment", community, owner, hashlib.sha256(data).hexdigest())
        known = await self.again(id, owner)
        if known is not None:
            return _attachment(known)
        await self._allowance.require(owner, community, by)
        async with self._cleaning:
            content, about = await _cleaned(data)
        document: Document = {
            "_id": id,
            "community": community,
            "owner": owner,
            "uploaded_at": self.clock(),
            "check_at": self.later(),
            "size": len(content),
            **about,
            "file": await self.upload(id, content),
        }
        kept = await self.insert(document)
        await self.vault.look_after(by.sub, community)
        return _attachment(kept)

    async def get(self, id: str) -> Attachment:
        """The attachment `id`.

        Raises:
            UnknownAggregate: there is none.
        """
        found = await self.about.find_one({"_id": id})
        if found is None:
            raise UnknownAggregate(kind="attachment", id=id)
        return _attachment(found)

    async def read(self, attachment: Attachment) -> bytes:
        """The content of `attachment`."""
        return await self.download(attachment.file)

    async def require(self, ids: Iterable[str], community: str, by: Principal) -> None:
        """Raises NotYourAttachment unless all of `ids` are attachments that `by` uploaded in `community`."""
        sent = list(ids)
        owned = await self.owned(set(sent), community, by)
        for missing in (id for id in sent if id not in owned):
            raise NotYourAttachment(attachment=Worded.counted(missing, sent, "个附件", "Attachment"))


async def _cleaned(data: bytes) -> tuple[bytes, Document]:
    if documents.looks_like_pdf(data):
        pages = await documents.clean(data)
        about = {"kind": AttachmentKind.DOCUMENT, "media_type": "application/pdf", "ending": "pdf", "seconds": None}
        return pages.data, about
    if not recordings.looks_like_sound(data):
        raise NotAnAttachment()
    kept = await asyncio.to_thread(recordings.strip, data)
    return kept.data, {
        "kind": AttachmentKind.RECORDING,
        "media_type": kept.media_type,
        "ending": kept.ending,
        "seconds": kept.seconds,
    }


def _attachment(document: Document) -> Attachment:
    names = (name for name in Attachment.__dataclass_fields__ if name not in ("id", "kind"))
    kind = AttachmentKind(document["kind"])
    return Attachment(id=document["_id"], kind=kind, **{name: document[name] for name in names})
