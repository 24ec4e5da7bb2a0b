"""The interface by which this room asks what shows an upload, and to whom. Later rooms, which show uploads, answer."""

from collections.abc import Sequence
from typing import Protocol

from services.chassis.principal import Principal
from services.issues.uploads.attachments import Attachment


class UploadVisibility(Protocol):
    """Knows everything that shows photos or holds attachments."""

    async def photos_among(self, ids: Sequence[str]) -> set[str]:
        """Those of the photos `ids` that something shows."""

    async def attachments_among(self, ids: Sequence[str]) -> set[str]:
        """Those of the attachments `ids` that something holds."""

    async def shows_photo_to(self, by: Principal, photo: str) -> bool:
        """Whether something shows `photo` that `by` may see."""

    async def shows_attachment_to(self, by: Principal, attachment: Attachment) -> bool:
        """Whether something holds `attachment` whose attachments `by` may have."""
