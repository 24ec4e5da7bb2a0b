"""What uploads are shown by. Rooms that stand later show them, and say here which ones, and to whom."""

from collections.abc import Sequence
from typing import Protocol

from services.chassis.principal import Principal
from services.issues.uploads.attachments import Attachment


class Showing(Protocol):
    """Knows everything that shows photos or holds attachments."""

    async def photos_among(self, ids: Sequence[str]) -> set[str]:
        """Those of the photos `ids` that something shows."""

    async def attachments_among(self, ids: Sequence[str]) -> set[str]:
        """Those of the attachments `ids` that something holds."""

    async def shows_photo_to(self, by: Principal, photo: str) -> bool:
        """Whether `by` may see `photo` since they may see something that shows it."""

    async def shows_attachment_to(self, by: Principal, attachment: Attachment) -> bool:
        """Whether `by` may have `attachment` since they may have what something holds it for."""
